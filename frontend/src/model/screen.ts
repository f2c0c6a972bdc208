/** Whose presence is to be told because they can be seen: whoever's dot or message is in view. */

export class Screen {
  /** How often each person is on the screen; those who came last stand last. */
  readonly #people = new Map<number, number>();
  readonly #tell: (people: readonly string[]) => void;
  #telling = false;

  /** `tell` gets those on the screen after each change, the last come first. */
  constructor(tell: (people: readonly string[]) => void) {
    this.#tell = tell;
  }

  appeared(user: number): void {
    const times = this.#people.get(user) ?? 0;
    this.#people.delete(user);
    this.#people.set(user, times + 1);
    if (times === 0) this.#changed();
  }

  went(user: number): void {
    const times = (this.#people.get(user) ?? 0) - 1;
    if (times > 0) this.#people.set(user, times);
    else if (this.#people.delete(user)) this.#changed();
  }

  /** What comes and goes at the same time is told at once. */
  #changed(): void {
    if (this.#telling) return;
    this.#telling = true;
    queueMicrotask(() => {
      this.#telling = false;
      this.#tell([...this.#people.keys()].reverse().map(String));
    });
  }
}
