/**
 * Whether this tab is used: nobody has touched keyboard, mouse or screen for a while. Somebody is away when all of their
 * tabs and devices are idle, which the comet client and the server find out.
 */
import { type ReadonlySignal, signal } from '@preact/signals';

/** Milliseconds without input after which nobody is thought to be here. */
export const IDLE_AFTER = 5 * 60_000;

const inputs = ['keydown', 'pointerdown', 'pointermove', 'wheel', 'touchstart', 'touchmove'] as const;

/** Tells idle from in use by the inputs that it is told of. */
export class Idleness {
  readonly idle: ReadonlySignal<boolean>;
  readonly #idle = signal(false);
  readonly #after: () => number;
  #last = Date.now();
  /** What `after` said for the timer that runs. */
  #waited = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `after` says after how many milliseconds; it is asked again with each input. */
  constructor(after: () => number) {
    this.idle = this.#idle;
    this.#after = after;
    this.#wait(after());
  }

  /** Somebody has touched something. */
  touched(): void {
    this.#last = Date.now();
    if (!this.#idle.peek() && this.#after() === this.#waited) return;
    this.#idle.value = false;
    this.#wait(this.#after());
  }

  /** One timer at a time: it looks how long ago the last input is, instead of being set anew with each of them. */
  #wait(after: number, left = after): void {
    clearTimeout(this.#timer);
    this.#waited = after;
    this.#timer = setTimeout(() => {
      const quiet = Date.now() - this.#last;
      // The clock may have been set back.
      if (quiet >= 0 && quiet < after) this.#wait(after, after - quiet);
      else this.#idle.value = true;
    }, left);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

const page = signal(false);

export const idle: ReadonlySignal<boolean> = page;

/** Watches the inputs of the page. The root element's `data-idle-after` says other seconds than the five minutes. */
export function watchIdle(until: AbortSignal): void {
  const seconds = () => Number(document.documentElement.dataset.idleAfter);
  const idleness = new Idleness(() => seconds() * 1000 || IDLE_AFTER);
  const forget = idleness.idle.subscribe((value) => {
    page.value = value;
  });
  for (const input of inputs) {
    addEventListener(input, () => idleness.touched(), { capture: true, passive: true, signal: until });
  }
  until.addEventListener('abort', () => {
    forget();
    idleness.stop();
  });
}
