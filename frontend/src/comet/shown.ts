import { remaining } from './clock';
import type { Clock } from './clock';
import type { CometState } from './types';

// A hand-over takes no longer than this, or else has not succeeded.
const patience = 5_000;

type Standing = Pick<CometState, 'phase' | 'transport' | 'shared' | 'since' | 'retryAt'>;

/**
 * The state as the program is told it: while one tab takes over from another, those that were listening still are, for
 * nothing is lost on the way. Among themselves the tabs tell each other the truth.
 */
export class Shown {
  readonly #clock: Clock;
  readonly #tell: (state: CometState) => void;
  #true: CometState;
  // When the last hand-over began, and what is shown instead of what is true.
  #begun = Number.NEGATIVE_INFINITY;
  #kept: Standing | null = null;
  #stop: () => void = () => {};

  constructor(clock: Clock, state: CometState, tell: (state: CometState) => void) {
    this.#clock = clock;
    this.#true = state;
    this.#tell = tell;
  }

  /** One tab takes over from another. */
  handOver(): void {
    if (this.#true.phase === 'listening') this.#begun = this.#clock.now();
  }

  /** What follows is shown as it is. */
  end(): void {
    this.#begun = Number.NEGATIVE_INFINITY;
    this.#release();
  }

  /** The state is another. */
  take(state: CometState): void {
    const before = this.#true;
    this.#true = state;
    if (state.phase !== 'ready' && state.phase !== 'joined') this.#release();
    else if (this.#kept === null && before.phase === 'listening') this.#keep(before);
    this.#tell(this.of(state));
  }

  /** What is shown of a state. */
  of(state: CometState): CometState {
    return this.#kept ? { ...state, ...this.#kept } : state;
  }

  #keep({ phase, transport, shared, since, retryAt }: CometState): void {
    const left = remaining(this.#clock, this.#begun, patience);
    if (left <= 0) return;
    this.#kept = { phase, transport, shared, since, retryAt };
    this.#stop = this.#clock.after(left, () => {
      this.#release();
      this.#tell(this.#true);
    });
  }

  #release(): void {
    this.#kept = null;
    this.#stop();
  }
}
