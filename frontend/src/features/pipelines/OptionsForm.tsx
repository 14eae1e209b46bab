// A pipeline's options as a form.
import type { ChangeEvent } from 'react';
import { Field } from '../../shared/ui/Field';
import type { FieldErrors } from '../../shared/api/errors';
import type { OptionField, OptionValues } from './optionsSchema';

const ONE_LINE = 500; // characters: a text that may be longer gets several lines

type Props = {
  fields: OptionField[];
  values: OptionValues;
  errors: FieldErrors;
  onChange: (name: string, value: string | boolean) => void;
};

export function OptionsForm({ fields, values, errors, onChange }: Props) {
  return fields.map((field) => (
    <Field key={field.name} label={field.label} hint={hintOf(field)} error={errors[`options.${field.name}`]}>
      {(attributes) => {
        const value = values[field.name] ?? field.initial;
        const change = (event: ChangeEvent<HTMLInputElement | HTMLSelectElement>) =>
          onChange(
            field.name,
            field.type === 'boolean' ? (event.target as HTMLInputElement).checked : event.target.value,
          );
        if (field.type === 'boolean') {
          return <input {...attributes} type="checkbox" checked={Boolean(value)} onChange={change} />;
        }
        if (field.type === 'choice') {
          return (
            <select {...attributes} value={String(value)} onChange={change}>
              {field.choices.map((choice) => (
                <option key={choice} value={choice}>
                  {choice === '\t' ? 'tab' : choice}
                </option>
              ))}
            </select>
          );
        }
        if (field.type === 'lines' || (field.type === 'text' && (field.longest ?? 0) > ONE_LINE)) {
          const text = String(value);
          return (
            <textarea
              {...attributes}
              rows={Math.max(3, text.split('\n').length)}
              required={field.required && field.type === 'text'}
              maxLength={field.longest}
              value={text}
              onChange={(event) => onChange(field.name, event.target.value)}
            />
          );
        }
        return (
          <TextInput field={field} attributes={{ ...attributes, value: String(value), onChange: change }} />
        );
      }}
    </Field>
  ));
}

function hintOf({ type, hint, minimum, maximum }: OptionField): string | undefined {
  const parts = [
    hint,
    minimum !== undefined && `At least ${minimum}.`,
    maximum !== undefined && `At most ${maximum}.`,
    type === 'lines' && 'One per line.',
  ];
  return parts.filter(Boolean).join(' ') || undefined;
}

function TextInput({ field, attributes }: { field: OptionField; attributes: React.ComponentProps<'input'> }) {
  if (field.type === 'text') {
    return <input {...attributes} required={field.required} maxLength={field.longest} />;
  }
  return (
    <input
      {...attributes}
      type="number"
      step={field.type === 'integer' ? 1 : 'any'}
      min={field.minimum}
      max={field.maximum}
      required={field.required}
    />
  );
}
