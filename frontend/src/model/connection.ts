/** What the page knows about its data channel. */
import { batch, effect, signal } from '@preact/signals';
import type { CometState } from '../comet/types';

/** Milliseconds of trouble before anybody is told: most of it passes sooner. */
const QUIET = 4_000;

const unconnected: CometState = {
  phase: 'null',
  transport: null,
  since: 0,
  retryAt: null,
  roundTrip: null,
  lastEventAt: null,
};

export class Connection {
  readonly state = signal<CometState>(unconnected);
  /** The connection has been away for so long that people should know. */
  readonly troubled = signal(false);
  readonly #stop: () => void;

  /** `listening` is called each time the channel has come (back). */
  constructor(listening: () => void) {
    let before = '';
    this.#stop = effect(() => {
      const { phase } = this.state.value;
      if (phase === before) return;
      before = phase;
      if (phase === 'listening') listening();
    });
  }

  #timer: ReturnType<typeof setTimeout> | undefined;

  take(state: CometState): void {
    const fine = state.phase === 'listening';
    batch(() => {
      this.state.value = state;
      if (fine) this.troubled.value = false;
    });
    if (fine || state.phase === 'abort') {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    } else {
      this.#timer ??= setTimeout(() => {
        this.troubled.value = true;
      }, QUIET);
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#stop();
  }
}
