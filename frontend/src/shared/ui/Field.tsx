// A form field: its label, its hint, and what the server said against it.
import { type ReactNode, useId } from 'react';
import styles from './Field.module.css';

type Attributes = { id: string; 'aria-describedby': string | undefined; 'aria-invalid': boolean };
type Props = {
  label: string;
  hint?: string;
  error?: string;
  children: (attributes: Attributes) => ReactNode;
};

/** `children` renders the control and spreads the attributes that tie it to its label, hint and error. */
export function Field({ label, hint, error, children }: Props) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      {children({ id, 'aria-describedby': described || undefined, 'aria-invalid': Boolean(error) })}
      {hint && (
        <p className={styles.hint} id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && <FieldError id={`${id}-error`}>{error}</FieldError>}
    </div>
  );
}

export function FieldError({ id, children }: { id?: string; children: ReactNode }) {
  return (
    <p className={styles.error} id={id} role="alert">
      {children}
    </p>
  );
}
