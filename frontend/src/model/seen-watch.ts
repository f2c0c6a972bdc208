/** Asks now and then who has seen a message, while that is looked at. */

/** Milliseconds from one question to the next. */
export const PAUSE = 15_000;

export interface SeenParts {
  /** Ids of those who have seen it. */
  ask(): Promise<readonly number[]>;
  /** Takes the answer; true when there is nothing more to learn. */
  told(people: readonly number[]): boolean;
  /** Somebody can see the page. */
  visible(): boolean;
}

export class SeenWatch {
  readonly #parts: SeenParts;
  #seen = false;
  #done = false;
  /** The next question has to wait. */
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: SeenParts) {
    this.#parts = parts;
  }

  /** Whether the message is on the screen. */
  inView(seen: boolean): void {
    this.#seen = seen;
    this.look();
  }

  /** Asks when it is time and somebody looks. To be called when the page is shown again. */
  look(): void {
    if (this.#done || this.#timer !== undefined || !this.#seen || !this.#parts.visible()) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.look();
    }, PAUSE);
    this.#parts.ask().then(
      (people) => {
        if (!this.#done && this.#parts.told(people)) this.stop();
      },
      () => {
        // The next question tells.
      },
    );
  }

  stop(): void {
    this.#done = true;
    clearTimeout(this.#timer);
  }
}
