import { Stopped } from './clock';
import type { Control } from './control';
import type { Change, Feeds } from './feeds';
import type { Stream } from './stream';

/**
 * Keeps a live stream's subscriptions equal to ours, by way of the control channel. One change is told after
 * the other.
 */
export class Teller {
  readonly #control: Control;
  readonly #feeds: Feeds;
  readonly #stream: Stream;
  readonly #signal: AbortSignal;
  readonly #failed: (failure: unknown) => void;
  #busy = false;

  /** `failed` is called when the stream cannot be kept up to date. */
  constructor(
    control: Control,
    feeds: Feeds,
    stream: Stream,
    signal: AbortSignal,
    failed: (failure: unknown) => void,
  ) {
    this.#control = control;
    this.#feeds = feeds;
    this.#stream = stream;
    this.#signal = signal;
    this.#failed = failed;
  }

  /** Tells all that has changed, together with what changes until the end of this task. */
  changed(): void {
    if (this.#busy) return;
    this.#busy = true;
    queueMicrotask(() => {
      this.#tell().catch((error: unknown) => {
        if (!(error instanceof Stopped)) this.#failed(error);
      });
    });
  }

  async #tell(): Promise<void> {
    try {
      for (let change = this.#next(); change !== null; change = this.#next()) {
        const denied = await this.#control.change(change, this.#stream.node, this.#signal);
        for (const topic of denied) this.#feeds.drop(topic, 'denied', change.told);
      }
    } finally {
      this.#busy = false;
    }
  }

  #next(): Change | null {
    const { told } = this.#stream;
    const change = this.#signal.aborted ? null : this.#feeds.change(told);
    for (const topic of change?.unsubscribe ?? []) told.delete(topic);
    for (const [topic, version] of change?.told ?? []) told.set(topic, version);
    return change;
  }
}
