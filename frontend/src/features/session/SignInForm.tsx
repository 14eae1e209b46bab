// Sign in with a name and a password, or go where one gets them.
import { Link } from 'react-router';
import type { Session } from '../../shared/api/types';
import { Button } from '../../shared/ui/Button';
import { AccountForm, password, username } from './AccountForm';
import { useSignIn } from './api';
import styles from './SignInForm.module.css';

export function SignInForm({ session }: { session: Session }) {
  const signIn = useSignIn();
  return (
    <AccountForm
      fields={[username, password]}
      action="Sign in"
      failed="You are not signed in"
      request={signIn}
    >
      {(session.sign_up || session.password_reset) && (
        <p className={styles.links}>
          {session.sign_up && <Link to="/sign-up">Make an account</Link>}
          {session.password_reset && <Link to="/password">Forgot your password?</Link>}
        </p>
      )}
      {session.demo && <DemoSignIn onChoose={() => signIn.mutate({ username: 'demo', password: 'demo' })} />}
    </AccountForm>
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
