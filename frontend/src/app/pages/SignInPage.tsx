// For whoever isn't signed in. The address stays, so that signing in leads to the page that was asked for.
import { SignInForm } from '../../features/session/SignInForm';
import type { Session } from '../../shared/api/types';
import { Page } from '../../shared/ui/Page';

export function SignInPage({ session }: { session: Session }) {
  return (
    <Page title="Sign in" lead="Jobs belong to the person who started them.">
      <SignInForm session={session} />
    </Page>
  );
}
