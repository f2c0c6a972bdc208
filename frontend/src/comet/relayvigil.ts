import { pause } from './clock';
import type { Clock } from './clock';
import type { Page } from './environment';
import type { Leader } from './leader';
import type { LeaderState } from './messages';
import { pollInterval } from './pollmode';
import { pullPatience } from './pullmode';
import { streamPatience } from './vigil';

// A timer this late means that the page was asleep, which proves nothing.
const asleep = 1_000;
// What had piled up meanwhile has come in after this.
const piled = 500;
// Who leads and was asked to look at its connection has had an answer of the server after this, or has failed.
const doubt = 7_000;

/**
 * What is to be done: ask who leads, ask the server, have who leads look at its connection, or take its place; null for
 * nothing yet.
 */
export type Finding = 'greet' | 'ask' | 'look' | 'replace' | null;

/** Watches whether the tab that leads still hears of the server. */
export class RelayVigil {
  readonly #clock: Clock;
  readonly #page: Page;
  readonly #leader: Leader;
  // When who leads was last asked to look.
  #looked = 0;

  constructor(clock: Clock, page: Page, leader: Leader) {
    this.#clock = clock;
    this.#page = page;
    this.#leader = leader;
  }

  /** It may be the server, and not the one that leads, that gives no sign of life. */
  excuse(): void {
    this.#looked = 0;
  }

  /** Resolves as soon as something may have to be done. */
  async keep(signal: AbortSignal): Promise<Finding> {
    const { state, heard } = this.#leader;
    if (state === null) return this.#after('greet', signal);
    // Who leads polls, perhaps more seldom than this tab wants to.
    if (state.transport === 'poll') return this.#after('ask', signal);
    const now = this.#clock.now();
    const due = Math.max(heard + patience(state), state.retryAt ?? 0);
    if (due > now) {
      await pause(this.#clock, due - now, signal);
      return null;
    }
    if (this.#looked < due || this.#looked > now) {
      this.#looked = now;
      return 'look';
    }
    return this.#doubt(this.#looked + doubt - now, signal);
  }

  async #after(finding: Finding, signal: AbortSignal): Promise<Finding> {
    await pause(this.#clock, pollInterval(this.#clock, this.#page), signal);
    return finding;
  }

  // Who leads has no news of the server, though it may still answer: the browser may have frozen it. Until that is
  // clear this tab asks by itself.
  async #doubt(left: number, signal: AbortSignal): Promise<Finding> {
    if (left <= 0) {
      this.#looked = 0;
      return 'replace';
    }
    const late = await pause(this.#clock, Math.min(left, pollInterval(this.#clock, this.#page)), signal);
    // What had piled up while the page slept comes in now.
    if (late > asleep) await pause(this.#clock, piled, signal);
    return 'ask';
  }
}

function patience({ transport, heartbeat, hold }: LeaderState): number {
  return transport === 'long-poll' ? pullPatience(hold) : streamPatience(heartbeat);
}
