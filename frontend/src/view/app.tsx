import { useEffect } from 'preact/hooks';
import { ChatPage } from '../chat/chat-page';
import { frontPage } from '../model/route';
import { navigate, route } from '../model/router';
import { enter, type Stage, stage } from '../model/session';
import { AdministrationPage, ConnectionPage, FrontPage, ResetPage } from '../pages/parts';
import { AlreadySignedInPage, LoadingPage, NotFoundPage, StoppedPage, UnreachablePage } from '../pages/plain';
import { fetchWhenIdle } from './lazy';

export function App() {
  const now = stage.value;
  const here = route.value;
  // Who does not get any further may want to know what is in the way.
  useEffect(() => {
    if (now.name === 'unreachable' || now.name === 'stopped') fetchWhenIdle(ConnectionPage);
  }, [now.name]);
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
    case 'visitor':
      return <FrontPage stage={now} />;
    case 'chat':
      return <SignedIn stage={now} />;
  }
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
