// For whoever isn't signed in. The address stays, so that signing in leads to the page that was asked for.
import { SignInForm } from '../../features/session/SignInForm';
import { Page } from '../../shared/ui/Page';

export function SignInPage({ demo }: { demo: boolean }) {
  return (
    <Page title="Sign in" lead="Jobs belong to the person who started them.">
      <SignInForm demo={demo} />
    </Page>
  );
}
