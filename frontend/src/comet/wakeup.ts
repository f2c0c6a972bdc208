import type { Clock } from './clock';
import type { Page } from './environment';

// How often a page that is looked at reads the clock, and a timer so late means that the machine was asleep; in milliseconds.
const tick = 3_000;
const asleep = 5_000;

export interface WakeUpListener {
  /** The network is back, or has changed. */
  online(): void;
  /** The browser had frozen the page, and lets it go on. */
  thawed(): void;
  /** The person looks at the page again, or the machine has slept under a page that stayed visible. */
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
export function wakeUps(page: Page, clock: Clock, listener: WakeUpListener, signal: AbortSignal): void {
  const jumps = new Jumps(page, clock, () => listener.seen());
  page.on('online', () => listener.online(), signal);
  page.on('resume', () => listener.thawed(), signal);
  page.on(
    'visibilitychange',
    () => {
      jumps.watch();
      if (page.isVisible()) listener.seen();
    },
    signal,
  );
  page.on(
    'pagehide',
    () => {
      jumps.cancel();
      listener.gone();
    },
    signal,
  );
  page.on(
    'pageshow',
    (persisted) => {
      jumps.watch();
      if (persisted) listener.back();
    },
    signal,
  );
  signal.addEventListener('abort', () => jumps.cancel(), { once: true });
  jumps.watch();
}

/** Nothing tells a visible page that the machine slept but its clock, which goes on while timers do not. */
class Jumps {
  readonly #page: Page;
  readonly #clock: Clock;
  readonly #slept: () => void;
  #stop = () => {};

  constructor(page: Page, clock: Clock, slept: () => void) {
    this.#page = page;
    this.#clock = clock;
    this.#slept = slept;
  }

  /** Begins anew, unless the page is hidden: its timers are late without any sleep. */
  watch(): void {
    this.cancel();
    if (!this.#page.isVisible()) return;
    const due = this.#clock.now() + tick;
    this.#stop = this.#clock.after(tick, () => {
      this.watch();
      if (this.#clock.now() - due > asleep) this.#slept();
    });
  }

  cancel(): void {
    this.#stop();
  }
}
