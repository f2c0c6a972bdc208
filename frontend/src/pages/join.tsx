import { useSignal } from '@preact/signals';
import { useCallback, useEffect } from 'preact/hooks';
import { Problem } from '../api/http';
import type { InviteInfo } from '../api/records';
import * as routes from '../api/routes';
import { navigate } from '../model/router';
import { signedIn } from '../model/session';
import { texts } from '../texts';
import { Button } from '../view/button';
import { Form, FormProblem, SubmitButton, type Values } from '../view/form';
import { AccountFields, accountOf } from './account-fields';
import { Frame } from './frame';
import { LoadingPage, UnreachablePage } from './plain';

type State = InviteInfo | 'loading' | 'gone' | 'unknown' | 'unreachable';

const t = texts.invitation;

export function JoinPage({ token }: { token: string }) {
  const state = useSignal<State>('loading');
  const load = useCallback(() => {
    routes.inviteByToken(token).then(
      (info) => {
        state.value = info;
      },
      (error: unknown) => {
        state.value = whatIsWrong(error);
      },
    );
  }, [token]);
  useEffect(load, [load]);

  switch (state.value) {
    case 'loading':
      return <LoadingPage />;
    case 'unreachable':
      return <UnreachablePage again={load} />;
    case 'gone':
    case 'unknown':
      return <BadInvite expired={state.value === 'gone'} />;
    default:
      return <SignUp token={token} info={state.value} />;
  }
}

function whatIsWrong(error: unknown): State {
  if (!(error instanceof Problem)) return 'unreachable';
  if (error.status === 410) return 'gone';
  return error.status >= 500 ? 'unreachable' : 'unknown';
}

function SignUp({ token, info }: { token: string; info: InviteInfo }) {
  const submit = async (values: Values) => {
    await routes.signUp(token, accountOf(values));
    await signedIn();
  };
  return (
    <Frame title={t.title(info.workspace)} lead={t.lead(info.invited_by.display_name)} testid="join-page">
      <Form onSubmit={submit} testid="sign-up-form">
        <AccountFields first />
        <FormProblem />
        <SubmitButton testid="sign-up-submit">{t.submit}</SubmitButton>
      </Form>
      <p class="front-foot">
        <Button look="bare" onClick={() => navigate('/sign-in')}>
          {t.haveAccount}
        </Button>
      </p>
    </Frame>
  );
}

function BadInvite({ expired }: { expired: boolean }) {
  return (
    <Frame
      title={expired ? t.goneTitle : t.unknownTitle}
      lead={expired ? t.gone : t.unknown}
      testid={expired ? 'invite-gone' : 'invite-unknown'}
    >
      <p class="front-foot">
        <Button look="bare" onClick={() => navigate('/sign-in')}>
          {t.haveAccount}
        </Button>
      </p>
    </Frame>
  );
}
