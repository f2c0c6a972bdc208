import { child, Deferred, Stopped, until } from './clock';
import type { Environment } from './environment';
import type { Held, LeadKeeper, Loss } from './leadkeeper';
import { LeadLease } from './leadlease';
import { LeadLock } from './leadlock';

/** What the lead needs of an environment. */
export type LeadParts = Pick<Environment, 'clock' | 'page' | 'tabs' | 'report'>;

export interface LeadListener {
  /** This tab leads. */
  won(): void;
  /** It leads no longer. */
  lost(loss: Loss): void;
}

/** Agrees with the other tabs of the browser which of them leads: it holds the connection for all. */
export class Lead {
  readonly #report: (error: unknown) => void;
  readonly #listener: LeadListener;
  #keeper: LeadKeeper | null;
  #life: AbortController | null = null;
  // Ends the wait for the lead.
  #turn: AbortController | null = null;
  #held = false;
  #seizing = false;
  // Set while it leaves the lead to others.
  #resting: Deferred<void> | null = null;

  constructor(parts: LeadParts, name: string, tab: string, listener: LeadListener) {
    this.#report = parts.report;
    this.#listener = listener;
    this.#keeper = keeper(parts, name, tab);
  }

  /** Where tabs have no way to agree, each is for itself. */
  get alone(): boolean {
    return this.#keeper === null;
  }

  /** Whether this tab may hold a connection. */
  get held(): boolean {
    return this.alone || this.#held;
  }

  /** Whether a tab that is gone may still have the lead. */
  get outlives(): boolean {
    return this.#keeper?.outlives ?? false;
  }

  /** Tries to lead from now on. */
  start(): void {
    if (this.#life || this.#keeper === null) return;
    this.#life = new AbortController();
    const { signal } = this.#life;
    this.#compete(this.#keeper, signal).catch((error: unknown) => {
      if (error instanceof Stopped) return;
      // There are no locks to be had here, whatever the browser says.
      this.#keeper = null;
      this.#report(error);
      this.#listener.won();
    });
  }

  /** Frees it at once, without a word to the listener. `told`: other tabs know that it will. */
  stop(told: boolean): void {
    if (told) this.#keeper?.bequeath();
    this.#held = false;
    this.#seizing = false;
    this.#resting = null;
    this.#life?.abort();
    this.#life = null;
  }

  /** Leaves the lead to other tabs until `resume`, unless this one has it. */
  rest(): void {
    if (!this.#life || this.#held || this.#resting) return;
    this.#resting = new Deferred();
    this.#seizing = false;
    this.#turn?.abort();
  }

  /** Tries to lead again. */
  resume(): void {
    this.#resting?.settle();
    this.#resting = null;
  }

  /** The tab that leads does not answer: this one takes its place. */
  seize(): void {
    if (!this.#life || this.#held || this.#seizing || this.#resting) return;
    this.#seizing = true;
    this.#turn?.abort();
  }

  /** There is life in this tab, if it leads. */
  renew(): void {
    if (this.#held) this.#keeper?.renew();
  }

  /** Another tab has said that it leads, since later than this one. */
  yield(): void {
    if (this.#held) this.#keeper?.yield();
  }

  /** Another tab has said that it leads no longer. */
  left(tab: string): void {
    this.#keeper?.left(tab);
  }

  async #compete(keeper: LeadKeeper, life: AbortSignal): Promise<void> {
    while (!life.aborted) {
      if (this.#resting) await until(this.#resting.promise, life);
      const turn = child(life);
      this.#turn = turn;
      try {
        const held = await this.#obtain(keeper, turn.signal);
        // The wait may have ended in the moment that it was over.
        if (turn.signal.aborted) throw new Stopped();
        await this.#hold(held, life);
      } catch (error) {
        if (!(error instanceof Stopped)) throw error;
      } finally {
        turn.abort();
      }
    }
  }

  #obtain(keeper: LeadKeeper, signal: AbortSignal): Promise<Held> {
    const seizing = this.#seizing;
    // What could not be seized may be tried again.
    this.#seizing = false;
    return seizing ? keeper.seize(signal) : keeper.take(signal);
  }

  async #hold({ lost }: Held, life: AbortSignal): Promise<void> {
    this.#held = true;
    this.#listener.won();
    const loss = await until(lost, life);
    this.#held = false;
    this.#listener.lost(loss);
  }
}

function keeper({ clock, page, tabs }: LeadParts, name: string, tab: string): LeadKeeper | null {
  if (tabs?.locks) return new LeadLock(tabs.locks, name);
  if (!tabs?.storage) return null;
  const isVisible = () => page.isVisible();
  return new LeadLease({
    clock,
    storage: tabs.storage,
    name,
    tab,
    isVisible,
    talking: tabs.channel !== null,
  });
}
