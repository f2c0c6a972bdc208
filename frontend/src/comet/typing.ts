import type { Clock } from './clock';
import type { Control } from './control';

// Milliseconds between two words about the same topic.
const interval = 3_000;
// A server of several nodes may first ask one that does not know the session.
const tries = 2;

/** Tells the server where somebody types, now and then while it lasts. */
export class Typing {
  readonly #clock: Clock;
  readonly #control: Control;
  // When it was last told of each topic.
  readonly #told = new Map<string, number>();

  constructor(clock: Clock, control: Control) {
    this.#clock = clock;
    this.#control = control;
  }

  /** Somebody types in a topic just now. */
  tell(topic: string, signal: AbortSignal): void {
    const now = this.#clock.now();
    for (const [told, at] of this.#told) {
      // The clock may have been set back.
      if (now - at < 0 || now - at >= interval) this.#told.delete(told);
    }
    if (this.#told.has(topic)) return;
    this.#told.set(topic, now);
    // Whoever goes on typing tells it again.
    this.#send(topic, signal).catch(() => {});
  }

  async #send(topic: string, signal: AbortSignal): Promise<void> {
    for (let i = 0; i < tries; i += 1) if (await this.#control.typing(topic, signal)) return;
  }
}
