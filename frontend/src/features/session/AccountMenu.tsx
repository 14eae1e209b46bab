// Who is signed in, and the way out.
import { Link } from 'react-router';
import { useSignOut } from './api';
import styles from './AccountMenu.module.css';

export function AccountMenu({ username }: { username: string }) {
  const signOut = useSignOut();
  return (
    <div className={styles.account}>
      <Link to="/password" title="Change your password">
        <span className="visually-hidden">Signed in as </span>
        {username}
      </Link>
      <button type="button" onClick={() => signOut.mutate()} disabled={signOut.isPending}>
        Sign out
      </button>
      {signOut.error && <span role="alert">{signOut.error.message}</span>}
    </div>
  );
}
