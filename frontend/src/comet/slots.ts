import { child, pause, Stopped, until } from './clock';
import type { Environment } from './environment';
import { slotNumbers } from './slotkeeper';
import type { Slot, SlotKeeper } from './slotkeeper';
import { SlotLeases } from './slotleases';
import { SlotLocks } from './slotlocks';

const channelName = 'chatd.data';
// A tab that is looked at gets a free slot within this time; after it, it asks for those of others.
const askPause = 300;
// Until it asks for all of them again: by then another tab may be hidden.
const askRest = 2_000;
// A hidden tab that makes way keeps aside for this long, and up to twice.
const asidePause = 5_000;

/** What the slots need of an environment. */
export type SlotParts = Pick<Environment, 'clock' | 'page' | 'tabs' | 'token' | 'report'>;

/**
 * Two of a browser's tabs may hold a long request each: over HTTP/1.1 a browser has six connections to a server, and
 * its tabs need some to spare. Hidden tabs make way for one that is looked at.
 */
export class Slots {
  readonly #parts: SlotParts;
  readonly #keeper: SlotKeeper | null;
  readonly #changed: () => void;
  #life: AbortController | null = null;
  // Ends the wait for a slot, or the time that it is held.
  #turn: AbortController | null = null;
  #aside: AbortController | null = null;
  #asking: AbortController | null = null;
  #slot: Slot | null = null;
  #ask: (message: unknown) => void = () => {};

  /** `changed` is called when a slot is had or lost; when it returns, a tab without one has no long request. */
  constructor(parts: SlotParts, changed: () => void) {
    this.#parts = parts;
    this.#keeper = keeper(parts);
    this.#changed = changed;
  }

  /** Whether this tab may hold a long request. Where tabs have no way to agree, each may. */
  get held(): boolean {
    return this.#keeper === null || this.#slot !== null;
  }

  /** Tries to have a slot from now on. */
  start(): void {
    if (this.#life || this.#keeper === null) return;
    this.#life = new AbortController();
    const { signal } = this.#life;
    const { page, tabs } = this.#parts;
    page.on('visibilitychange', () => this.#turned(signal), signal);
    this.#ask = tabs?.channel?.(channelName, (message) => this.#asked(message), signal) ?? (() => {});
    this.#quietly(this.#compete(this.#keeper, signal));
  }

  /** Frees the slot at once, without a call to `changed`. */
  stop(): void {
    this.#slot = null;
    this.#life?.abort();
    this.#life = null;
  }

  async #compete(keeper: SlotKeeper, life: AbortSignal): Promise<void> {
    while (!life.aborted) {
      this.#beginAsking(life);
      const turn = child(life);
      this.#turn = turn;
      try {
        const slot = await keeper.take(turn.signal);
        // The wait may have ended in the moment that it was over.
        if (turn.signal.aborted) throw new Stopped();
        this.#slot = slot;
        this.#changed();
        await until(slot.lost, turn.signal);
        this.#drop();
      } catch (error) {
        if (!(error instanceof Stopped)) throw error;
        await this.#keepAside(life);
      } finally {
        turn.abort();
      }
    }
  }

  #turned(life: AbortSignal): void {
    if (!this.#parts.page.isVisible()) return;
    this.#aside?.abort();
    this.#beginAsking(life);
  }

  #beginAsking(life: AbortSignal): void {
    this.#asking?.abort();
    this.#asking = child(life);
    this.#quietly(this.#askOn(this.#asking.signal));
  }

  // Asks for one slot after the other, so that not all of their holders make way at once.
  async #askOn(signal: AbortSignal): Promise<void> {
    const { clock, page } = this.#parts;
    for (;;) {
      for (const number of slotNumbers) {
        await pause(clock, askPause, signal);
        if (this.#slot !== null || !page.isVisible()) return;
        this.#ask({ wanted: number });
      }
      await pause(clock, askRest, signal);
    }
  }

  // A tab that is looked at wants a slot: no hidden one holds on to it, or is before it in the queue.
  #asked(message: unknown): void {
    if (this.#parts.page.isVisible()) return;
    const wanted = typeof message === 'object' && message && 'wanted' in message ? message.wanted : null;
    if (this.#slot !== null && this.#slot.number !== wanted) return;
    this.#drop();
    this.#turn?.abort();
  }

  // The long request ends first, then the slot is free.
  #drop(): void {
    if (this.#slot === null) return;
    this.#slot = null;
    this.#changed();
  }

  async #keepAside(life: AbortSignal): Promise<void> {
    const { clock, page } = this.#parts;
    const aside = child(life);
    this.#aside = aside;
    try {
      if (!page.isVisible()) await pause(clock, asidePause * (1 + clock.random()), aside.signal);
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    } finally {
      aside.abort();
    }
  }

  #quietly(work: Promise<void>): void {
    work.catch((error: unknown) => {
      if (!(error instanceof Stopped)) this.#parts.report(error);
    });
  }
}

function keeper(parts: SlotParts): SlotKeeper | null {
  const { clock, page, tabs } = parts;
  if (tabs?.locks) return new SlotLocks(tabs.locks);
  if (tabs?.storage) return new SlotLeases(clock, tabs.storage, parts.token(), () => page.isVisible());
  return null;
}
