import { Deferred, Stopped, until } from './clock';
import type { Locks } from './environment';
import type { Held, LeadKeeper, Loss } from './leadkeeper';

/** The lead as a Web Lock, which the browser frees when a tab ends, in whatever way. */
export class LeadLock implements LeadKeeper {
  readonly #locks: Locks;
  readonly #name: string;
  readonly outlives = false;

  constructor(locks: Locks, name: string) {
    this.#locks = locks;
    this.#name = name;
  }

  take(signal: AbortSignal): Promise<Held> {
    return this.#hold((granted) => this.#locks.request(this.#name, signal, granted), signal);
  }

  seize(signal: AbortSignal): Promise<Held> {
    return this.#hold((granted) => this.#locks.steal(this.#name, granted), signal);
  }

  renew(): void {}

  // The browser knows by itself who has it, and who has left it.
  bequeath(): void {}

  yield(): void {}

  left(): void {}

  #hold(ask: (granted: () => Promise<void>) => Promise<void>, signal: AbortSignal): Promise<Held> {
    const taken = new Deferred<Held>();
    const lost = new Deferred<Loss>();
    const ended = new Deferred<void>();
    signal.addEventListener('abort', () => ended.settle(), { once: true });
    let had = false;
    const granted = () => {
      if (signal.aborted) return Promise.resolve();
      had = true;
      taken.settle({ lost: lost.promise });
      return ended.promise;
    };
    const refused = ask(granted).catch((error: unknown) => {
      // A wait that has ended fails its request, and so does a lock that was stolen, perhaps on its way here.
      if (had) lost.settle('robbed');
      else throw error instanceof Error && error.name === 'AbortError' ? new Stopped() : error;
    });
    return until(Promise.race([taken.promise, refused.then(() => taken.promise)]), signal);
  }
}
