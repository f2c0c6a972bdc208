import { jitter } from './backoff';
import { pause, Stopped } from './clock';
import type { Environment } from './environment';
import type { Feed } from './feed';
import type { CometDelegate, Cursor } from './types';

export interface GapListener {
  /** Whether it is still this feed that the topic is followed by. */
  current(topic: string, feed: Feed): boolean;
  /** The topic's content is valid at the cursor. When the feed is loading still, it is loaded again. */
  loaded(topic: string, feed: Feed, cursor: Cursor): void;
}

/**
 * Has topics loaded afresh by the program, again and again with waits until it succeeds. Topics do not wait
 * for each other.
 */
export class GapLoader {
  readonly #environment: Environment;
  readonly #delegate: CometDelegate;
  readonly #listener: GapListener;

  constructor(environment: Environment, delegate: CometDelegate, listener: GapListener) {
    this.#environment = environment;
    this.#delegate = delegate;
    this.#listener = listener;
  }

  load(topic: string, feed: Feed, life: AbortSignal): void {
    this.#load(topic, feed, life).catch((error: unknown) => {
      if (!(error instanceof Stopped)) this.#environment.report(error);
    });
  }

  async #load(topic: string, feed: Feed, life: AbortSignal): Promise<void> {
    const { clock } = this.#environment;
    const wanted = () => !life.aborted && feed.loading && this.#listener.current(topic, feed);
    while (wanted()) {
      // A topic that was loaded and has shown nothing since must not be loaded in a tight circle.
      if (feed.loads > 0) await pause(clock, jitter(clock, feed.loads - 1), life);
      feed.loads += 1;
      const cursor = wanted() ? await this.#ask(topic, feed.head) : null;
      if (cursor !== null && wanted()) this.#listener.loaded(topic, feed, cursor);
    }
  }

  async #ask(topic: string, at: Cursor): Promise<Cursor | null> {
    try {
      return await this.#delegate.onGap(topic, at);
    } catch (error) {
      this.#environment.report(error);
      return null;
    }
  }
}
