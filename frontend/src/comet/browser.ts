import { BrowserFrames } from './browserframes';
import { browserStorage, browserTabs } from './browsertabs';
import { pause } from './clock';
import type { Clock } from './clock';
import type { Environment, Page, PageEvent } from './environment';

// A page whose load event does not come (an image that hangs) gets its frame after this time all the same.
const loadLimit = 3_000;

const clock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};

const page: Page = {
  isVisible: () => document.visibilityState === 'visible',
  on(event: PageEvent, handler: (persisted: boolean) => void, signal: AbortSignal) {
    const target = event === 'visibilitychange' || event === 'resume' ? document : window;
    target.addEventListener(event, (e) => handler(e instanceof PageTransitionEvent && e.persisted), {
      signal,
    });
  },
  async loaded(signal: AbortSignal) {
    if (document.readyState === 'complete') return;
    const loaded = new Promise<void>((resolve) => {
      // The frame is added in a task of its own: one added while load is being told delays it.
      window.addEventListener('load', () => setTimeout(resolve, 0), { once: true, signal });
    });
    await Promise.race([loaded, pause(clock, loadLimit, signal)]);
  },
};

/** crypto.randomUUID would do, but is missing on plain HTTP. */
function token(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The browser this code runs in. */
export function browserEnvironment(): Environment {
  return {
    clock,
    fetch: (url, init) => fetch(url, init),
    frames: new BrowserFrames(),
    page,
    memory: browserStorage,
    tabs: browserTabs(),
    beacon: (url, body) => {
      navigator.sendBeacon(url, body);
    },
    token,
    report: (error) => reportError(error),
  };
}
