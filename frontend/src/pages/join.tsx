import { useSignal } from '@preact/signals';
import { useCallback, useEffect } from 'preact/hooks';
import { Problem } from '../api/http';
import type { InviteInfo } from '../api/records';
import * as routes from '../api/front';
import { navigate } from '../model/router';
import { signedIn } from '../model/session';
import { invitationTexts } from '../texts/front';
import { Button } from '../view/button';
import { Form, FormProblem, SubmitButton, type Values } from '../view/form';
import { sentence } from '../view/sentence';
import { AccountFields, accountOf } from './account-fields';
import { Frame } from './frame';
import { LoadingPage, UnreachablePage } from './plain';

/** Of one that works no longer the server tells why. */
type State = InviteInfo | { readonly gone: string } | 'loading' | 'unknown' | 'unreachable';

const t = invitationTexts;

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
    case 'unknown':
      return <BadInvite title={t.unknownTitle} lead={t.unknown} testid="invite-unknown" />;
    default:
      break;
  }
  if ('gone' in state.value)
    return <BadInvite title={t.goneTitle} lead={state.value.gone} testid="invite-gone" />;
  return <SignUp token={token} info={state.value} />;
}

function whatIsWrong(error: unknown): State {
  if (!(error instanceof Problem)) return 'unreachable';
  if (error.status === 410) return { gone: sentence(error) };
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

function BadInvite(how: { title: string; lead: string; testid: string }) {
  return (
    <Frame {...how}>
      <p class="front-foot">
        <Button look="bare" onClick={() => navigate('/sign-in')}>
          {t.haveAccount}
        </Button>
      </p>
    </Frame>
  );
}
