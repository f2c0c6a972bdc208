import { pause, remaining } from './clock';
import type { Clock } from './clock';
import type { Control } from './control';
import type { Session } from './session';
import type { Stream } from './stream';

const patienceLimit = 40_000;

/** After so many milliseconds without a word a stream with these heartbeats is silent. */
export function streamPatience(heartbeat: number): number {
  return Math.min(patienceLimit, heartbeat * 1.1 + 3_000);
}

// A timer this late means that the page was asleep: the silence is not the stream's fault.
const asleep = 5_000;

/** A stream is silent; `blame`: though the page was awake and the server there. */
export interface Silence {
  kind: 'silent';
  blame: boolean;
}

/**
 * Watches a stream for silence, which is all that shows of a connection that was cut or is held back on its
 * way.
 */
export class Vigil {
  readonly #clock: Clock;
  readonly #session: Session;
  readonly #control: Control;

  constructor(clock: Clock, session: Session, control: Control) {
    this.#clock = clock;
    this.#session = session;
    this.#control = control;
  }

  /**
   * Resolves when the stream is silent, though a heartbeat was due and the server answers on the control channel.
   * Fails when the server does not answer there either.
   */
  async keep(stream: Stream, signal: AbortSignal): Promise<Silence> {
    let late = 0;
    for (;;) {
      const left = this.#left(stream);
      if (left > 0) {
        late = await pause(this.#clock, left, signal);
        continue;
      }
      await this.#control.ping(signal);
      // What had piled up while the page slept has come in meanwhile.
      if (this.#left(stream) <= 0) return { kind: 'silent', blame: late < asleep };
    }
  }

  #left(stream: Stream): number {
    return remaining(this.#clock, stream.heard, streamPatience(this.#session.heartbeat));
  }
}
