import type { Page } from './environment';

export interface WakeUpListener {
  /** The network is back, or has changed. */
  online(): void;
  /** The browser had frozen the page, and lets it go on. */
  thawed(): void;
  /** The person looks at the page again. */
  seen(): void;
  /** The page goes away, perhaps into the back/forward cache. */
  gone(): void;
  /** The page has come back from there. */
  back(): void;
}

/**
 * Hears what happens to the page, for old connections lie after a sleep and a page that goes says nothing by
 * itself.
 */
export function wakeUps(page: Page, listener: WakeUpListener, signal: AbortSignal): void {
  page.on('online', () => listener.online(), signal);
  page.on('resume', () => listener.thawed(), signal);
  page.on('visibilitychange', () => page.isVisible() && listener.seen(), signal);
  page.on('pagehide', () => listener.gone(), signal);
  page.on('pageshow', (persisted) => persisted && listener.back(), signal);
}
