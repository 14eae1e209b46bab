// An account of one's own. Whoever makes one is signed in, and starts at the first page.
import { AccountForm, email, password, username } from '../../features/session/AccountForm';
import { useSignUp } from '../../features/session/api';
import { Page } from '../../shared/ui/Page';

const newPassword = { ...password, autoComplete: 'new-password', hint: 'At least eight characters.' };

export function SignUpPage() {
  const signUp = useSignUp();
  return (
    <Page title="Make an account" lead="Your jobs and their files are seen by you, and by the operators.">
      <AccountForm
        fields={[username, email, newPassword]}
        action="Make the account"
        failed="There is no account yet"
        request={signUp}
      />
    </Page>
  );
}
