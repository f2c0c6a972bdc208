import type { Suspension } from '../api/decisions';
import type { SignUp } from '../api/records';
import * as routes from '../api/front';
import type { EndReason } from '../model/ending';
import { endTime, isolate } from '../model/format';
import { navigate } from '../model/router';
import { signedIn } from '../model/session';
import { accountTexts, endedTexts, signInTexts } from '../texts/front';
import { Button } from '../view/button';
import { Field, PasswordField } from '../view/field';
import { Form, FormProblem, SubmitButton, type Values } from '../view/form';
import { ToConnectionCheck } from './connection-link';
import { Frame } from './frame';

export function SignInPage({
  workspace,
  signUp,
  ended,
  suspension,
}: {
  workspace: string;
  signUp: SignUp;
  ended: EndReason | null;
  suspension: Suspension | null;
}) {
  return (
    <Frame title={signInTexts.title(workspace)} testid="sign-in-page">
      {ended && (
        <p class="front-notice" role="status" data-testid="sign-in-notice">
          {endedText(ended, suspension)}
        </p>
      )}
      <Form onSubmit={signIn} testid="sign-in-form">
        <Field
          name="login"
          label={accountTexts.login}
          required
          autofocus
          autocomplete="username"
          autocapitalize="none"
          spellcheck={false}
        />
        <PasswordField name="password" label={accountTexts.password} autocomplete="current-password" />
        <FormProblem />
        <SubmitButton testid="sign-in-submit">{signInTexts.submit}</SubmitButton>
      </Form>
      {signUp === 'open' ? (
        <p class="front-foot">
          {signInTexts.newHere}{' '}
          <Button look="bare" data-testid="create-account" onClick={() => navigate('/sign-up')}>
            {signInTexts.createAccount}
          </Button>
        </p>
      ) : (
        <p class="front-foot">{signInTexts.noAccount}</p>
      )}
      <ToConnectionCheck />
    </Frame>
  );
}

/** What there is to know of it. Of a suspension why, and until when. */
function endedText(ended: EndReason, suspension: Suspension | null): string {
  if (!suspension) return endedTexts[ended];
  const { until, reason } = suspension;
  return signInTexts.suspended(until === null ? null : endTime(until), isolate(reason));
}

async function signIn({ login = '', password = '' }: Values): Promise<void> {
  await routes.signIn(login, password);
  await signedIn();
}
