import type { Clock } from './clock';
import type { CometState, Detected, Phase, TransportName } from './types';

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
      shared: false,
      node: null,
      detected: null,
    };
  }

  get state(): CometState {
    return this.#state;
  }

  /** Enters a phase, or stays in it with another transport. */
  enter(phase: Phase, transport: TransportName | null = null, retryAt: number | null = null): void {
    this.#enter({ phase, transport, retryAt, shared: false });
  }

  /** Another tab is connected in this way, and this one with it. */
  share(phase: Phase, transport: TransportName | null, retryAt: number | null): void {
    this.#enter({ phase, transport, retryAt, shared: true });
  }

  /** A node of the server has answered. */
  served(node: string | null): void {
    if (node && node !== this.#state.node) this.#set({ ...this.#state, node });
  }

  /** Why streams were given up. */
  detected(detected: Detected | null): void {
    const before = this.#state.detected;
    if (before?.at !== detected?.at || before?.why !== detected?.why) this.#set({ ...this.#state, detected });
  }

  /** A control request took this many milliseconds. */
  measured(roundTrip: number): void {
    if (roundTrip !== this.#state.roundTrip) this.#set({ ...this.#state, roundTrip });
  }

  /** Something came. Told of with the next change only, or a busy stream would keep the page busy twice. */
  heard(): void {
    this.#state = { ...this.#state, lastEventAt: this.#clock.now() };
  }

  #enter(next: Pick<CometState, 'phase' | 'transport' | 'retryAt' | 'shared'>): void {
    const { state } = this;
    const { phase, transport, retryAt, shared } = next;
    const same = state.phase === phase && state.transport === transport;
    if (same && state.retryAt === retryAt && state.shared === shared) return;
    this.#set({ ...state, ...next, since: state.phase === phase ? state.since : this.#clock.now() });
  }

  #set(state: CometState): void {
    this.#state = state;
    this.#tell(state);
  }
}
