import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { openSection } from '../model/settings-place';
import { texts } from '../texts';
import { Button } from '../view/button';
import { useChat } from './context';

const t = texts.connection;

/** Says that the connection is away once it has been for a few seconds. */
export function ConnectionBanner() {
  const chat = useChat();
  return <div role="status">{chat.connection.troubled.value && <Banner />}</div>;
}

function Banner() {
  const chat = useChat();
  const now = useNow();
  const { retryAt } = chat.connection.state.value;
  const seconds = retryAt === null ? 0 : Math.ceil((retryAt - now) / 1000);
  return (
    <div class="banner" data-testid="connection-banner">
      <p>{navigator.onLine ? t.lost : t.offline}</p>
      <p class="banner-retry" aria-hidden="true">
        {seconds > 0 ? t.retryIn(seconds) : t.trying}
      </p>
      <Button look="bare" data-testid="banner-check" onClick={() => openSection('connection', true)}>
        {texts.connection.check}
      </Button>
      <Button look="quiet" data-testid="try-now" onClick={() => chat.client.retryNow()}>
        {t.tryNow}
      </Button>
    </div>
  );
}

function useNow(): number {
  const now = useSignal(Date.now());
  useEffect(() => {
    const timer = setInterval(() => {
      now.value = Date.now();
    }, 500);
    return () => clearInterval(timer);
  }, []);
  return now.value;
}
