// Who is signed in, and the way out.
import { useSignOut } from './api';
import styles from './AccountMenu.module.css';

export function AccountMenu({ username }: { username: string }) {
  const signOut = useSignOut();
  return (
    <div className={styles.account}>
      <span>
        <span className="visually-hidden">Signed in as </span>
        {username}
      </span>
      <button type="button" onClick={() => signOut.mutate()} disabled={signOut.isPending}>
        Sign out
      </button>
      {signOut.error && <span role="alert">{signOut.error.message}</span>}
    </div>
  );
}
