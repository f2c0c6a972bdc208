import { child, Deferred, pause, Stopped, until } from './clock';
import type { Clock } from './clock';
import type { SharedStorage } from './environment';
import type { Held, LeadKeeper, Loss } from './leadkeeper';
import { fields } from './parse';

const lease = 45_000;
const renewal = 5_000;
// A tab may not see for a moment what another has written. Whoever is still in the storage after it leads.
const settling = 100;
// Without news from the storage a tab looks again after this, for a tab that crashed frees nothing.
const look = 4_000;
// Whoever has written this lately lives, also if it did not answer: mostly another that has just taken over.
const lately = 2_000;
// A tab that has not written for longer may have been frozen, and replaced: it looks before it writes.
const doubtful = 20_000;
// A hidden tab lets those that are looked at go first.
const courtesy = 200;

export interface LeaseParts {
  clock: Clock;
  storage: SharedStorage;
  name: string;
  /** This tab. */
  tab: string;
  isVisible: () => boolean;
  /** Tabs can ask each other whether they live. Else a lease that has run out is all they have to go by. */
  talking: boolean;
}

/** The lead as an entry in the storage that all tabs share, for pages that have no Web Locks: plain HTTP by name. */
export class LeadLease implements LeadKeeper {
  readonly outlives = true;
  readonly #parts: LeaseParts;
  #written = 0;
  #mine = false;
  #bequeathed = false;
  // Another has it, though what this tab has written may be seen here for a while still.
  #ceded = false;
  // Who has said that it leads no longer: what it has written may be seen for a while still.
  #gone: { tab: string; at: number } | null = null;
  #news = new Deferred<void>();
  #taken = new Deferred<void>();

  constructor(parts: LeaseParts) {
    this.#parts = parts;
  }

  async take(signal: AbortSignal): Promise<Held> {
    for (;;) {
      while (this.#free) {
        const held = await this.#claim(signal);
        if (held) return held;
      }
      await this.#wait(signal);
      const { clock, isVisible } = this.#parts;
      if (!isVisible()) await pause(clock, courtesy * (1 + clock.random()), signal);
    }
  }

  async seize(signal: AbortSignal): Promise<Held> {
    const claimed = this.#renewed ? null : await this.#claim(signal);
    return claimed ?? this.take(signal);
  }

  /** Events tell of life more often than the timers of a hidden tab, which run once a minute at times. */
  renew(): void {
    const since = this.#parts.clock.now() - this.#written;
    if (this.#mine && !this.#others && since >= renewal && since < doubtful) this.#write();
  }

  left(tab: string): void {
    if (this.#entry().tab !== tab) return;
    this.#gone = { tab, at: this.#parts.clock.now() };
    this.#news.settle();
  }

  // To free it would also free what the next has written meanwhile.
  bequeath(): void {
    this.#bequeathed = true;
  }

  // What two tabs have written at the same time each sees in its own way for a while.
  yield(): void {
    this.#taken.settle();
  }

  get #lapsed(): boolean {
    const { tab, until } = this.#entry();
    const left = until - this.#parts.clock.now();
    // One further ahead than any we write comes from a clock that was wrong.
    return tab !== null && !(left > 0 && left <= lease);
  }

  get #free(): boolean {
    const { tab, until } = this.#entry();
    if (tab !== this.#parts.tab) this.#ceded = false;
    if (tab === null || tab === this.#parts.tab) return !this.#ceded;
    if (this.#gone?.tab === tab && until - lease <= this.#gone.at) return true;
    return !this.#parts.talking && this.#lapsed;
  }

  get #renewed(): boolean {
    return this.#others && !this.#lapsed && this.#entry().until - this.#parts.clock.now() > lease - lately;
  }

  get #others(): boolean {
    const { tab } = this.#entry();
    return tab !== null && tab !== this.#parts.tab;
  }

  async #claim(signal: AbortSignal): Promise<Held | null> {
    // What is written after the end is not freed.
    if (signal.aborted) throw new Stopped();
    const { clock } = this.#parts;
    this.#bequeathed = false;
    this.#ceded = false;
    this.#write();
    // A page that goes must free it in the same task.
    const release = () => this.#release();
    signal.addEventListener('abort', release, { once: true });
    await pause(clock, settling * (1 + clock.random()), signal);
    if (this.#entry().tab !== this.#parts.tab) return null;
    this.#mine = true;
    const lost = new Deferred<Loss>();
    void this.#hold(lost, release, signal);
    return { lost: lost.promise };
  }

  // Renews until the signal ends or another tab has overwritten it.
  async #hold(lost: Deferred<Loss>, release: () => void, signal: AbortSignal): Promise<void> {
    const watch = child(signal);
    try {
      this.#taken = new Deferred();
      this.#parts.storage.watch(() => this.#look(), watch.signal);
      await Promise.race([until(this.#taken.promise, watch.signal), this.#renew(watch.signal)]);
      // What another tab has is not this one's to free.
      signal.removeEventListener('abort', release);
      this.#ceded = true;
      lost.settle('overwritten');
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    } finally {
      this.#mine = false;
      watch.abort();
    }
  }

  #look(): void {
    if (this.#others) this.#taken.settle();
    // The tab that led before may free it late.
    else if (this.#entry().tab === null) this.#write();
  }

  async #renew(signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    while (!this.#others) {
      this.#write();
      const late = await pause(clock, renewal, signal);
      // A page that was asleep first sees what others have written. How long it was a clock that was set back does not tell.
      if (late > lately || clock.now() < this.#written) await pause(clock, settling, signal);
    }
  }

  async #wait(signal: AbortSignal): Promise<void> {
    const { clock, storage } = this.#parts;
    const wait = child(signal);
    this.#news = new Deferred();
    storage.watch(() => this.#news.settle(), wait.signal);
    try {
      await Promise.race([until(this.#news.promise, wait.signal), pause(clock, look, wait.signal)]);
    } finally {
      wait.abort();
    }
  }

  #entry(): { tab: string | null; until: number } {
    try {
      const value = fields(JSON.parse(this.#parts.storage.read(this.#parts.name) ?? 'null'));
      return { tab: typeof value?.tab === 'string' ? value.tab : null, until: Number(value?.until) };
    } catch {
      return { tab: null, until: 0 };
    }
  }

  #write(): void {
    const { clock, storage, name, tab } = this.#parts;
    this.#written = clock.now();
    storage.write(name, JSON.stringify({ tab, until: this.#written + lease }));
  }

  #release(): void {
    this.#mine = false;
    if (this.#bequeathed) return;
    if (this.#entry().tab === this.#parts.tab) this.#parts.storage.write(this.#parts.name, null);
  }
}
