import type { Clock } from './clock';
import type { CometState, Phase, TransportName } from './types';

/** The client's state, told whenever it changes. */
export class Status {
  readonly #clock: Clock;
  readonly #tell: (state: CometState) => void;
  #state: CometState;

  constructor(clock: Clock, tell: (state: CometState) => void) {
    this.#clock = clock;
    this.#tell = tell;
    this.#state = {
      phase: 'null',
      transport: null,
      since: clock.now(),
      retryAt: null,
      roundTrip: null,
      lastEventAt: null,
    };
  }

  get state(): CometState {
    return this.#state;
  }

  /** Enters a phase, or stays in it with another transport. */
  enter(phase: Phase, transport: TransportName | null = null, retryAt: number | null = null): void {
    const { state } = this;
    if (state.phase === phase && state.transport === transport && state.retryAt === retryAt) return;
    const since = state.phase === phase ? state.since : this.#clock.now();
    this.#set({ ...state, phase, transport, retryAt, since });
  }

  /** A control request took this many milliseconds. */
  measured(roundTrip: number): void {
    if (roundTrip !== this.#state.roundTrip) this.#set({ ...this.#state, roundTrip });
  }

  /** Something came. Told of with the next change only, or a busy stream would keep the page busy twice. */
  heard(): void {
    this.#state = { ...this.#state, lastEventAt: this.#clock.now() };
  }

  #set(state: CometState): void {
    this.#state = state;
    this.#tell(state);
  }
}
