import { useEffect } from 'preact/hooks';
import { ChatPage } from '../chat/chat-page';
import { navigate, route } from '../model/router';
import { enter, type Stage, stage } from '../model/session';
import { JoinPage } from '../pages/join';
import { AlreadySignedInPage, LoadingPage, NotFoundPage, StoppedPage, UnreachablePage } from '../pages/plain';
import { SetupPage } from '../pages/setup';
import { SignInPage } from '../pages/sign-in';

export function App() {
  const now = stage.value;
  if (route.value.name === 'unknown' && now.name !== 'loading') return <NotFoundPage />;
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

function Visitor({ stage: { workspace, ended } }: { stage: Extract<Stage, { name: 'visitor' }> }) {
  const here = route.value;
  if (here.name === 'join') return <JoinPage token={here.token} />;
  return <SignInPage workspace={workspace} ended={ended} />;
}

function SignedIn({ stage: { chat } }: { stage: Extract<Stage, { name: 'chat' }> }) {
  const { name } = route.value;
  const misplaced = name === 'sign-in' || name === 'setup';
  useEffect(() => {
    if (misplaced) navigate('/', { replace: true });
  }, [misplaced]);
  if (name === 'join') return <AlreadySignedInPage name={chat.me.display_name} />;
  return <ChatPage key={chat} chat={chat} />;
}
