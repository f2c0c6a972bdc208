import { Problem } from '../api/http';
import type { Suspension } from '../api/moderation';
import type { SignUp } from '../api/records';
import * as routes from '../api/routes';
import type { EndReason } from '../model/ending';
import { endTime, isolate } from '../model/format';
import { navigate } from '../model/router';
import { signedIn } from '../model/session';
import { texts } from '../texts';
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
    <Frame title={texts.signIn.title(workspace)} testid="sign-in-page">
      {ended && (
        <p class="front-notice" role="status" data-testid="sign-in-notice">
          {endedText(ended, suspension)}
        </p>
      )}
      <Form onSubmit={signIn} testid="sign-in-form">
        <Field
          name="login"
          label={texts.account.login}
          required
          autofocus
          autocomplete="username"
          autocapitalize="none"
          spellcheck={false}
        />
        <PasswordField name="password" label={texts.account.password} autocomplete="current-password" />
        <FormProblem />
        <SubmitButton testid="sign-in-submit">{texts.signIn.submit}</SubmitButton>
      </Form>
      {signUp === 'open' ? (
        <p class="front-foot">
          {texts.signIn.newHere}{' '}
          <Button look="bare" data-testid="create-account" onClick={() => navigate('/sign-up')}>
            {texts.signIn.createAccount}
          </Button>
        </p>
      ) : (
        <p class="front-foot">{texts.signIn.noAccount}</p>
      )}
      <ToConnectionCheck />
    </Frame>
  );
}

/** What there is to know of it. Of a suspension why, and until when. */
function endedText(ended: EndReason, suspension: Suspension | null): string {
  if (!suspension) return texts.ended[ended];
  const { until, reason } = suspension;
  return texts.signIn.suspended(until === null ? null : endTime(until), isolate(reason));
}

async function signIn({ login = '', password = '' }: Values): Promise<void> {
  try {
    await routes.signIn(login, password);
  } catch (error) {
    if (error instanceof Problem && error.status === 401 && error.message === '') {
      throw new Problem(401, texts.signIn.wrong, null, {});
    }
    throw error;
  }
  await signedIn();
}
