// A new password: by the old one, or by a link that is mailed to whoever forgot it.
import { useParams } from 'react-router';
import { AccountForm, email, password } from '../../features/session/AccountForm';
import { useChangePassword, useForgotPassword, useResetPassword } from '../../features/session/api';
import { ButtonLink } from '../../shared/ui/Button';
import { Notice } from '../../shared/ui/Notice';
import { Page } from '../../shared/ui/Page';

const oldPassword = { ...password, name: 'old_password' } as const;
const newPassword = {
  ...password,
  name: 'new_password',
  label: 'New password',
  autoComplete: 'new-password',
  hint: 'At least eight characters.',
} as const;

export function ChangePasswordPage() {
  const change = useChangePassword();
  return (
    <Page title="Change your password" lead="Other browsers are signed out, and programs need a new token.">
      {change.isSuccess && <Notice title="Done">Your new password holds from now on.</Notice>}
      {!change.isSuccess && (
        <AccountForm
          fields={[oldPassword, newPassword]}
          action="Change the password"
          failed="The password stays as it was"
          request={change}
        />
      )}
    </Page>
  );
}

export function ForgotPasswordPage() {
  const forgot = useForgotPassword();
  return (
    <Page title="Forgot your password?" lead="A link to set a new one comes by mail.">
      {forgot.isSuccess && (
        <Notice title="Look into your mail">
          If there is an account with the address {forgot.variables.email}, a link is on its way to it.
        </Notice>
      )}
      {!forgot.isSuccess && (
        <AccountForm fields={[email]} action="Send the link" failed="No mail was sent" request={forgot} />
      )}
    </Page>
  );
}

export function ResetPasswordPage() {
  const { user = '', token = '' } = useParams();
  const reset = useResetPassword({ user, token });
  return (
    <Page title="Choose a new password">
      {reset.isSuccess && (
        <Notice title="Done">
          <p>Your new password holds from now on.</p>
          <ButtonLink to="/" look="primary">
            Go on
          </ButtonLink>
        </Notice>
      )}
      {!reset.isSuccess && (
        <AccountForm
          fields={[newPassword]}
          action="Set the password"
          failed="The password stays as it was"
          request={reset}
        />
      )}
    </Page>
  );
}
