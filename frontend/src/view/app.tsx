import { useEffect } from 'preact/hooks';
import { ChatPage } from '../chat/chat-page';
import { frontPage } from '../model/route';
import { navigate, route } from '../model/router';
import { enter, type Stage, stage } from '../model/session';
import { ConnectionPage } from '../pages/connection';
import { JoinPage } from '../pages/join';
import { AlreadySignedInPage, LoadingPage, NotFoundPage, StoppedPage, UnreachablePage } from '../pages/plain';
import { SetupPage } from '../pages/setup';
import { SignInPage } from '../pages/sign-in';
import { SignUpPage } from '../pages/sign-up';
import { lazy } from './lazy';

const AdministrationPage = lazy(
  async () => (await import('../administration/administration-page')).AdministrationPage,
  () => navigate('/', { replace: true }),
);

const ResetPage = lazy(
  async () => (await import('../pages/reset')).ResetPage,
  () => navigate('/', { replace: true }),
);

export function App() {
  const now = stage.value;
  const here = route.value;
  if (here.name === 'connection') return <ConnectionPage />;
  if (here.name === 'unknown' && now.name !== 'loading') return <NotFoundPage />;
  // Whoever is signed in: the link may be for somebody else.
  if (here.name === 'reset' && (now.name === 'visitor' || now.name === 'chat')) {
    return <ResetPage key={here.token} token={here.token} />;
  }
  switch (now.name) {
    case 'loading':
      return <LoadingPage />;
    case 'unreachable':
      return <UnreachablePage again={enter} />;
    case 'stopped':
      return <StoppedPage text={now.text} />;
    case 'setup':
      return <SetupPage codeRequired={now.codeRequired} />;
    case 'visitor':
      return <Visitor stage={now} />;
    case 'chat':
      return <SignedIn stage={now} />;
  }
}

function Visitor({ stage }: { stage: Extract<Stage, { name: 'visitor' }> }) {
  const { workspace, signUp, ended, suspension } = stage;
  const here = route.value;
  if (here.name === 'join') return <JoinPage token={here.token} />;
  if (here.name === 'sign-up') return <SignUpPage workspace={workspace} open={signUp === 'open'} />;
  return <SignInPage workspace={workspace} signUp={signUp} ended={ended} suspension={suspension} />;
}

function SignedIn({ stage: { chat } }: { stage: Extract<Stage, { name: 'chat' }> }) {
  const { name } = route.value;
  const misplaced = frontPage(name) !== undefined;
  useEffect(() => {
    if (misplaced) navigate('/', { replace: true });
  }, [misplaced]);
  if (name === 'join') return <AlreadySignedInPage name={chat.me.display_name} />;
  if (name === 'administration') return <AdministrationPage key={chat} chat={chat} />;
  return <ChatPage key={chat} chat={chat} />;
}
