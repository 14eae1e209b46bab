// Which of the steps that wait in a queue are taken first.
import { priorityValues } from '../../shared/api/schema';
import type { Priority } from '../../shared/api/types';
import { Field } from '../../shared/ui/Field';

type Props = { priority: Priority; error: string | undefined; onChange: (priority: Priority) => void };

export function PriorityField({ priority, error, onChange }: Props) {
  return (
    <Field label="Priority" hint="Whose steps a queue’s worker takes first." error={error}>
      {(attributes) => (
        <select
          {...attributes}
          value={priority}
          onChange={(event) => onChange(event.target.value as Priority)}
        >
          {priorityValues.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      )}
    </Field>
  );
}
