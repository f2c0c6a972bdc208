import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Problem } from '../api/http';
import { ownSuspension, type Suspension } from '../api/moderation';
import type { SignUp } from '../api/records';
import * as routes from '../api/routes';
import { fullTime, isolate } from '../model/format';
import { navigate } from '../model/router';
import { type EndReason, signedIn } from '../model/session';
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
}: {
  workspace: string;
  signUp: SignUp;
  ended: EndReason | null;
}) {
  return (
    <Frame title={texts.signIn.title(workspace)} testid="sign-in-page">
      {ended && (
        <p class="front-notice" role="status" data-testid="sign-in-notice">
          <Ended reason={ended} />
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

/**
 * Of a suspension why, and until when: the browser still has the cookie of the session that has ended. A request that was
 * on its way is refused like that of any session that is over, and may be the first to tell.
 */
function Ended({ reason: ended }: { reason: EndReason }) {
  const known = useSignal<Suspension | null>(null);
  useEffect(() => {
    if (ended !== 'suspended' && ended !== 'expired') return;
    ownSuspension().then(
      (found) => {
        if (found.suspended) known.value = found;
      },
      () => {
        // The sentence that stands there says how to learn it.
      },
    );
  }, []);
  if (!known.value) return texts.ended[ended];
  const { until, reason } = known.value;
  return texts.signIn.suspended(until === null ? null : fullTime(until), isolate(reason));
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
