import { child, Deferred, pause, Stopped, until } from './clock';
import type { Clock } from './clock';
import type { SharedStorage } from './environment';
import { fields } from './parse';
import { slotName, slotNumbers } from './slotkeeper';
import type { Slot, SlotKeeper } from './slotkeeper';

// Longer than the minute after which the timers of a hidden tab run at the latest.
const lease = 75_000;
const renewal = 5_000;
// A tab may not see for a moment what another has written. Whoever is still in the storage after it has the slot.
const settling = 100;
// Without news from the storage a tab looks again after this, for a tab that crashed frees nothing.
const look = 4_000;
// A hidden tab lets those that are looked at go first.
const courtesy = 1_000;

/** Slots as entries in the storage that all tabs share, for pages that have no Web Locks: plain HTTP by name. */
export class SlotLeases implements SlotKeeper {
  readonly #clock: Clock;
  readonly #storage: SharedStorage;
  readonly #tab: string;
  readonly #urgent: () => boolean;

  constructor(clock: Clock, storage: SharedStorage, tab: string, urgent: () => boolean) {
    this.#clock = clock;
    this.#storage = storage;
    this.#tab = tab;
    this.#urgent = urgent;
  }

  async take(signal: AbortSignal): Promise<Slot> {
    for (;;) {
      for (const number of slotNumbers) {
        const slot = await this.#claim(number, signal);
        if (slot) return slot;
      }
      await this.#news(signal);
      if (!this.#urgent()) await pause(this.#clock, courtesy * (1 + this.#clock.random()), signal);
    }
  }

  async #claim(number: number, signal: AbortSignal): Promise<Slot | null> {
    // What is written after the end is not freed.
    if (signal.aborted) throw new Stopped();
    if (this.#holder(number) !== null) return null;
    this.#write(number);
    // A page that goes must free it in the same task.
    signal.addEventListener('abort', () => this.#free(number), { once: true });
    await pause(this.#clock, settling * (1 + this.#clock.random()), signal);
    if (this.#holder(number) !== this.#tab) return null;
    return { number, lost: this.#hold(number, signal) };
  }

  // Renews until the signal ends or another tab has taken the slot.
  async #hold(number: number, signal: AbortSignal): Promise<void> {
    const watch = child(signal);
    try {
      const taken = new Deferred<void>();
      this.#storage.watch(() => this.#others(number) && taken.settle(), watch.signal);
      await Promise.race([until(taken.promise, watch.signal), this.#renew(number, watch.signal)]);
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    } finally {
      watch.abort();
    }
  }

  async #renew(number: number, signal: AbortSignal): Promise<void> {
    while (!this.#others(number)) {
      this.#write(number);
      await pause(this.#clock, renewal, signal);
    }
  }

  async #news(signal: AbortSignal): Promise<void> {
    const wait = child(signal);
    const news = new Deferred<void>();
    this.#storage.watch(() => news.settle(), wait.signal);
    try {
      await Promise.race([until(news.promise, wait.signal), pause(this.#clock, look, wait.signal)]);
    } finally {
      wait.abort();
    }
  }

  #others(number: number): boolean {
    const holder = this.#holder(number);
    return holder !== null && holder !== this.#tab;
  }

  // The tab that holds the slot. A lease further ahead than any we write comes from a clock that was wrong.
  #holder(number: number): string | null {
    const { tab, until } = entry(this.#storage.read(slotName(number)));
    const left = until - this.#clock.now();
    return left > 0 && left <= lease ? tab : null;
  }

  #write(number: number): void {
    const until = this.#clock.now() + lease;
    this.#storage.write(slotName(number), JSON.stringify({ tab: this.#tab, until }));
  }

  #free(number: number): void {
    const name = slotName(number);
    if (entry(this.#storage.read(name)).tab === this.#tab) this.#storage.write(name, null);
  }
}

function entry(stored: string | null): { tab: string | null; until: number } {
  try {
    const value = fields(JSON.parse(stored ?? 'null'));
    return { tab: typeof value?.tab === 'string' ? value.tab : null, until: Number(value?.until) };
  } catch {
    return { tab: null, until: 0 };
  }
}
