import { loadPart } from '../load-part';
import { useEffect } from 'preact/hooks';
import type { Chat } from '../model/chat';

/** Milliseconds until the part is loaded, idle or not, and after which it is tried again. */
const SOON = 3_000;
const AGAIN = 30_000;

/** Alerts of what comes are not needed for the first look: the part is loaded when nothing else is to be done. */
export function useAlerts(chat: Chat): void {
  useEffect(() => {
    let stop: (() => void) | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let gone = false;
    const load = () => {
      loadPart('start', () => import('../alerts/start')).then(
        ({ startAlerts }) => {
          if (!gone) stop = startAlerts(chat);
        },
        () => {
          timer = setTimeout(load, AGAIN);
        },
      );
    };
    if ('requestIdleCallback' in window) requestIdleCallback(load, { timeout: SOON });
    else timer = setTimeout(load, SOON);
    return () => {
      gone = true;
      clearTimeout(timer);
      stop?.();
    };
  }, [chat]);
}
