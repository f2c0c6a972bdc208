/** What the page knows about its data channel. */
import { batch, effect, signal } from '@preact/signals';
import { demotion } from '../comet/choice';
import type { CometState, Obstacle, TransportOption } from '../comet/types';

/** Milliseconds of trouble before anybody is told: most of it passes sooner. */
const QUIET = 4_000;

const unconnected: CometState = {
  phase: 'null',
  transport: null,
  since: 0,
  retryAt: null,
  roundTrip: null,
  lastEventAt: null,
  shared: false,
  node: null,
  detected: null,
};

/** What was found out about the way to the server, as it is to be told. */
export type Finding =
  | { readonly kind: 'nothing' | 'free' }
  | {
      readonly kind: 'obstacle';
      readonly why: Obstacle;
      readonly at: number;
      /** No stream is tried before this time; null when that does not hold (any more). */
      readonly until: number | null;
      /** A stream is there. */
      readonly over: boolean;
      /** Somebody chose the transport, so nothing follows from it. */
      readonly forced: boolean;
    };

export function finding(state: CometState, option: TransportOption, now: number): Finding {
  const { detected, transport } = state;
  const streams = transport === 'iframe';
  if (!detected) return { kind: streams ? 'free' : 'nothing' };
  const { why, at } = detected;
  const forced = option !== 'auto';
  const until = at + demotion;
  const waits = !forced && !streams && now >= at && now < until;
  return { kind: 'obstacle', why, at, until: waits ? until : null, over: streams, forced };
}

export class Connection {
  readonly state = signal<CometState>(unconnected);
  /** The connection has been away for so long that people should know. */
  readonly troubled = signal(false);
  /** How often the channel has come back after it was away. */
  readonly back = signal(0);
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
  #listened = false;

  take(state: CometState): void {
    const fine = state.phase === 'listening';
    batch(() => {
      this.state.value = state;
      if (fine && this.#listened && this.#timer !== undefined) this.back.value++;
      if (fine) this.troubled.value = false;
    });
    this.#listened ||= fine;
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
