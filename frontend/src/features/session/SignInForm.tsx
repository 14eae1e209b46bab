// Sign in with a name and a password.
import { type FormEvent, useState } from 'react';
import { fieldErrors } from '../../shared/api/errors';
import { Button } from '../../shared/ui/Button';
import { Field } from '../../shared/ui/Field';
import { Notice } from '../../shared/ui/Notice';
import { useSignIn } from './api';
import styles from './SignInForm.module.css';

export function SignInForm({ demo }: { demo: boolean }) {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useSignIn();
  const errors = fieldErrors(signIn.error, ['username', 'password']);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate({ username, password });
  };

  return (
    <form className={styles.form} onSubmit={submit}>
      {errors[''] && (
        <Notice tone="error" title="You are not signed in">
          {errors['']}
        </Notice>
      )}
      <Field label="User name" error={errors.username}>
        {(attributes) => (
          <input
            {...attributes}
            autoComplete="username"
            required
            value={username}
            onChange={(event) => setUsername(event.target.value)}
          />
        )}
      </Field>
      <Field label="Password" error={errors.password}>
        {(attributes) => (
          <input
            {...attributes}
            type="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
      </Field>
      <Button type="submit" look="primary" disabled={signIn.isPending}>
        Sign in
      </Button>
      {demo && <DemoSignIn onChoose={() => signIn.mutate({ username: 'demo', password: 'demo' })} />}
    </form>
  );
}

function DemoSignIn({ onChoose }: { onChoose: () => void }) {
  return (
    <div className={styles.demo}>
      <p>
        This is a development stack: the user <code>demo</code> with the password <code>demo</code> is ready.
      </p>
      <Button onClick={onChoose}>Sign in as demo</Button>
    </div>
  );
}
