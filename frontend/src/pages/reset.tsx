import { useSignal } from '@preact/signals';
import { useCallback, useEffect } from 'preact/hooks';
import { resetByToken, resetPassword } from '../api/administration';
import type { ResetInfo } from '../api/administration-records';
import { Problem } from '../api/http';
import { navigate } from '../model/router';
import { enter, stage } from '../model/session';
import { accountTexts } from '../texts/front';
import { resetTexts as t } from '../texts/reset';
import { Button } from '../view/button';
import { PasswordField } from '../view/field';
import { Form, FormProblem, SubmitButton, type Values } from '../view/form';
import { Frame } from './frame';
import { LoadingPage, UnreachablePage } from './plain';

type State =
  | { readonly name: 'loading' | 'unreachable' }
  | { readonly name: 'bad'; readonly why: string }
  | { readonly name: 'good' | 'done'; readonly info: ResetInfo };

/** Sets a new password with the link that an owner or admin has made. */
export function ResetPage({ token }: { token: string }) {
  const state = useSignal<State>({ name: 'loading' });
  const load = useCallback(() => {
    resetByToken(token).then(
      (info) => {
        state.value = { name: 'good', info };
      },
      (error: unknown) => {
        const answered = error instanceof Problem && error.status < 500;
        state.value = answered ? { name: 'bad', why: error.message } : { name: 'unreachable' };
      },
    );
  }, [token]);
  useEffect(load, [load]);
  const now = state.value;
  switch (now.name) {
    case 'loading':
      return <LoadingPage />;
    case 'unreachable':
      return <UnreachablePage again={load} />;
    case 'bad':
      return (
        <Frame title={t.badTitle} lead={now.why} testid="reset-bad">
          <Leave />
        </Frame>
      );
    case 'done':
      return (
        <Frame title={t.doneTitle} lead={t.done(now.info.username)} testid="reset-done">
          <Leave />
        </Frame>
      );
    default:
      return (
        <NewPassword
          token={token}
          info={now.info}
          onDone={() => {
            state.value = { name: 'done', info: now.info };
          }}
        />
      );
  }
}

function NewPassword({ token, info, onDone }: { token: string; info: ResetInfo; onDone: () => void }) {
  const submit = async ({ password = '' }: Values) => {
    await resetPassword(token, password);
    onDone();
  };
  return (
    <Frame
      title={t.title(info.display_name)}
      lead={t.lead(info.workspace, info.username)}
      testid="reset-page"
    >
      <Form onSubmit={submit} testid="reset-form">
        {/* For password managers: whose password it is. */}
        <input type="text" name="username" autocomplete="username" value={info.username} readOnly hidden />
        <PasswordField
          name="password"
          label={t.password}
          hint={accountTexts.passwordHint}
          autocomplete="new-password"
        />
        <FormProblem />
        <SubmitButton testid="reset-submit">{t.submit}</SubmitButton>
      </Form>
    </Frame>
  );
}

/** To where the browser stands: signed in, perhaps as somebody else, or not. */
function Leave() {
  const signedIn = stage.value.name === 'chat';
  return (
    <Button
      look="main"
      data-testid="reset-leave"
      onClick={() => {
        navigate(signedIn ? '/' : '/sign-in', { replace: true });
        void enter();
      }}
    >
      {signedIn ? t.toChat : t.toSignIn}
    </Button>
  );
}
