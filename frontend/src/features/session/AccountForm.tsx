// A form about an account: its fields, one button, and what the server said against it.
import type { UseMutationResult } from '@tanstack/react-query';
import type { FormEvent, ReactNode } from 'react';
import { fieldErrors } from '../../shared/api/errors';
import { Button } from '../../shared/ui/Button';
import { Field } from '../../shared/ui/Field';
import { Notice } from '../../shared/ui/Notice';
import styles from './AccountForm.module.css';

type FieldOf<Name extends string> = {
  name: Name;
  label: string;
  autoComplete: string;
  type?: 'text' | 'email' | 'password';
  hint?: string;
};
type Props<Name extends string> = {
  fields: FieldOf<Name>[];
  /** What the button says. */
  action: string;
  /** Above what the server said, when that belongs to none of the fields. */
  failed: string;
  request: Pick<UseMutationResult<unknown, Error, Record<Name, string>>, 'mutate' | 'error' | 'isPending'>;
  children?: ReactNode;
};

export const username = { name: 'username', label: 'User name', autoComplete: 'username' } as const;
export const email = { name: 'email', label: 'E-mail', autoComplete: 'email', type: 'email' } as const;
export const password = {
  name: 'password',
  label: 'Password',
  autoComplete: 'current-password',
  type: 'password',
} as const;

export function AccountForm<Name extends string>(props: Props<Name>) {
  const { fields, action, failed, request, children } = props;
  const errors = fieldErrors(
    request.error,
    fields.map(({ name }) => name),
  );
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    request.mutate(Object.fromEntries(new FormData(event.currentTarget)) as Record<Name, string>);
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      {errors[''] && (
        <Notice tone="error" title={failed}>
          {errors['']}
        </Notice>
      )}
      {fields.map(({ name, label, hint, ...input }) => (
        <Field key={name} label={label} hint={hint} error={errors[name]}>
          {(attributes) => <input {...attributes} {...input} name={name} required />}
        </Field>
      ))}
      <Button type="submit" look="primary" disabled={request.isPending}>
        {action}
      </Button>
      {children}
    </form>
  );
}
