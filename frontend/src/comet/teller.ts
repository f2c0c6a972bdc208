import { Stopped } from './clock';
import type { Control } from './control';
import type { Inbox } from './inbox';
import type { Stream } from './stream';
import type { Change, Union } from './union';

/**
 * Keeps what a live stream was told of topics and of what is shown equal to what is so, by way of the control channel. One change is told after
 * the other.
 */
export class Teller {
  readonly #control: Control;
  readonly #union: Union;
  readonly #inbox: Inbox;
  readonly #stream: Stream;
  readonly #signal: AbortSignal;
  readonly #failed: (failure: unknown) => void;
  #busy = false;

  /** `failed` is called when the stream cannot be kept up to date. */
  constructor(
    control: Control,
    union: Union,
    inbox: Inbox,
    stream: Stream,
    signal: AbortSignal,
    failed: (failure: unknown) => void,
  ) {
    this.#control = control;
    this.#union = union;
    this.#inbox = inbox;
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
        const { denied, watched } = await this.#control.change(change, this.#stream.node, this.#signal);
        this.#union.denied(denied, change.told);
        if (change.watch) this.#inbox.take({ event: 'unread', topics: watched }, this.#stream.told);
      }
    } finally {
      this.#busy = false;
    }
  }

  #next(): Change | null {
    const { told, watched, viewed } = this.#stream;
    const change = this.#signal.aborted ? null : this.#union.change(told, watched, viewed);
    for (const topic of change?.unsubscribe ?? []) told.delete(topic);
    for (const [topic, version] of change?.told ?? []) told.set(topic, version);
    this.#stream.watched = change?.watch ?? watched;
    this.#stream.viewed = { ...viewed, ...change?.screen, idle: change?.idle ?? viewed.idle };
    return change;
  }
}
