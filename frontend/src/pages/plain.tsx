/** Pages that only say something. */
import { useEffect } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { navigate } from '../model/router';
import { enter } from '../model/session';
import { texts } from '../texts';
import { Button } from '../view/button';
import { Logo } from '../view/logo';
import { ToConnectionCheck } from './connection-link';
import { Frame } from './frame';

/** Nothing for a moment, then the sign: a quick answer should not flicker. */
export function LoadingPage() {
  const slow = useSignal(false);
  useEffect(() => {
    const timer = setTimeout(() => {
      slow.value = true;
    }, 400);
    return () => clearTimeout(timer);
  }, []);
  return (
    <main class="loading-page" aria-busy="true">
      {slow.value && (
        <p role="status">
          <Logo />
          <span class="visually-hidden">{texts.loading}</span>
        </p>
      )}
    </main>
  );
}

/** Milliseconds between two tries to reach the server. */
const RETRY = 5_000;

/** Tries again by itself; `again` does so on demand. */
export function UnreachablePage({ again }: { again: () => void }) {
  useEffect(() => {
    const timer = setInterval(again, RETRY);
    return () => clearInterval(timer);
  }, [again]);
  return (
    <Frame title={texts.unreachableTitle} lead={texts.unreachable} testid="unreachable-page">
      <Button look="main" onClick={again}>
        {texts.retry}
      </Button>
      <ToConnectionCheck />
    </Frame>
  );
}

export function StoppedPage({ text }: { text: string }) {
  return (
    <Frame title={texts.stoppedTitle} lead={text} testid="stopped-page">
      <Button look="main" onClick={() => void enter()}>
        {texts.reconnect}
      </Button>
    </Frame>
  );
}

export function NotFoundPage() {
  return (
    <Frame title={texts.notFoundTitle} lead={texts.notFound} testid="not-found-page">
      <Button
        look="main"
        onClick={() => {
          navigate('/', { replace: true });
          void enter();
        }}
      >
        {texts.goHome}
      </Button>
    </Frame>
  );
}

export function AlreadySignedInPage({ name }: { name: string }) {
  return (
    <Frame title={texts.signedInTitle(name)} lead={texts.signedIn} testid="already-signed-in-page">
      <Button look="main" onClick={() => navigate('/', { replace: true })}>
        {texts.goHome}
      </Button>
    </Frame>
  );
}
