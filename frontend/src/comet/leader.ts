import type { Clock } from './clock';
import type { LeaderState } from './messages';

// What a tab says when all is over may come later than the next one begins to lead.
const lastWord = 2_000;

/** The tab that leads, as far as this one knows. */
export class Leader {
  readonly #clock: Clock;
  readonly #lost: () => void;
  #tab: string | null = null;
  #state: LeaderState | null = null;
  // Who led before, and until when its last word counts.
  #former: { tab: string; until: number } | null = null;
  // When the server last gave it a sign of life.
  #heard = 0;

  /** `lost` is called when a tab that led does so no longer. */
  constructor(clock: Clock, lost: () => void) {
    this.#clock = clock;
    this.#lost = lost;
  }

  /** Null when nobody has answered. */
  get tab(): string | null {
    return this.#tab;
  }

  /** How it is connected, null when nobody leads. */
  get state(): LeaderState | null {
    return this.#tab === null ? null : this.#state;
  }

  /** When the server last gave it a sign of life. */
  get heard(): number {
    // The clock may have been set back.
    this.#heard = Math.min(this.#heard, this.#clock.now());
    return this.#heard;
  }

  /** A tab leads from now on. */
  follow(tab: string): void {
    if (this.#tab === tab) return;
    this.forget();
    this.#tab = tab;
    this.#heard = 0;
  }

  /** It leads no longer, or gives no answer. */
  forget(): void {
    if (this.#tab === null) return;
    this.#former = { tab: this.#tab, until: this.#clock.now() + lastWord };
    this.#tab = null;
    this.#lost();
  }

  /** It has told how it is connected. */
  learn(state: LeaderState): void {
    this.#heard = Math.max(this.#heard, Math.min(state.heard, this.#clock.now()));
    this.#state = state;
  }

  /** Something has come by it. */
  hear(): void {
    this.#heard = this.#clock.now();
  }

  /** Whether a tab that says it leads led before the one that does now, and has yet to notice. */
  isOlder(tab: string, { since }: LeaderState): boolean {
    return this.#tab !== null && tab !== this.#tab && since < (this.#state?.since ?? 0);
  }

  /** Whether a tab leads, or did until just now. */
  hasLed(tab: string): boolean {
    const former = this.#former;
    if (former?.tab === tab && this.#clock.now() < former.until) return true;
    return tab === this.#tab;
  }
}
