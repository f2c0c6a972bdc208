import { child, Deferred, until } from './clock';
import type { Locks } from './environment';
import { slotName, slotNumbers } from './slotkeeper';
import type { Slot, SlotKeeper } from './slotkeeper';

/** Slots as Web Locks, which the browser frees when a tab ends, in whatever way. */
export class SlotLocks implements SlotKeeper {
  readonly #locks: Locks;

  constructor(locks: Locks) {
    this.#locks = locks;
  }

  /** Waits for all slots at the same time and takes the first to be had. */
  async take(signal: AbortSignal): Promise<Slot> {
    const taken = new Deferred<Slot>();
    const waiting = child(signal);
    const ended = new Deferred<void>();
    signal.addEventListener('abort', () => ended.settle(), { once: true });
    const granted = (number: number) => {
      // One that was granted beside the first is free again.
      if (waiting.signal.aborted) return Promise.resolve();
      waiting.abort();
      taken.settle({ number, lost: new Promise<void>(() => {}) });
      return ended.promise;
    };
    const requests = slotNumbers.map((number) =>
      this.#locks.request(slotName(number), waiting.signal, () => granted(number)),
    );
    // A wait that has ended fails its request; only where none can be had at all does it matter.
    const refused = Promise.all(requests.map((request) => request.catch(rethrow(waiting.signal))));
    return until(Promise.race([taken.promise, refused.then(() => taken.promise)]), signal);
  }
}

function rethrow(waiting: AbortSignal): (error: unknown) => void {
  return (error) => {
    if (!waiting.aborted) throw error;
  };
}
