// Which of the steps that wait in a queue are taken first.
import { Field } from '../../shared/ui/Field';

const PRIORITIES = ['high', 'normal', 'low'];

type Props = { priority: string; error: string | undefined; onChange: (priority: string) => void };

export function PriorityField({ priority, error, onChange }: Props) {
  return (
    <Field label="Priority" hint="Whose steps a queue’s worker takes first." error={error}>
      {(attributes) => (
        <select {...attributes} value={priority} onChange={(event) => onChange(event.target.value)}>
          {PRIORITIES.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      )}
    </Field>
  );
}
