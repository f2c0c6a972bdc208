/** Milliseconds between two reports; doubled for each that fails, up to a minute. */
const PAUSE = 2_000;
const LONGEST_PAUSE = 60_000;

/** Tells the server how far a room has been read: at once, then at most every two seconds. */
export class ReadMarker {
  readonly #put: (number: number) => Promise<unknown>;
  #wanted = 0;
  #told = 0;
  /** Counts the beginnings: what was reported before says nothing of the numbers now. */
  #beginnings = 0;
  #running = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The report that is on its way. */
  #telling: Promise<unknown> | null = null;

  constructor(put: (number: number) => Promise<unknown>) {
    this.#put = put;
  }

  mark(number: number): void {
    this.#wanted = Math.max(this.#wanted, number);
    if (!this.#running) void this.#run();
  }

  /** There is something that the server may not know yet. */
  get busy(): boolean {
    return this.#wanted > this.#told;
  }

  /** Reports nothing further, and waits for the report that is on its way: it would undo what makes something unread. */
  async hold(): Promise<void> {
    this.#wanted = 0;
    await this.#telling;
  }

  /** The numbers begin anew. */
  restart(): void {
    this.#wanted = 0;
    this.#told = 0;
    this.#beginnings++;
  }

  /** What was not told yet is not told any more. */
  stop(): void {
    this.#told = Number.POSITIVE_INFINITY;
    clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    this.#running = true;
    let pause = PAUSE;
    while (this.#wanted > this.#told) {
      const telling = this.#tell(this.#wanted);
      this.#telling = telling;
      const told = await telling;
      pause = told ? PAUSE : Math.min(pause * 2, LONGEST_PAUSE);
      await this.#pause(pause);
    }
    this.#running = false;
  }

  async #tell(number: number): Promise<boolean> {
    const beginning = this.#beginnings;
    try {
      await this.#put(number);
      if (beginning === this.#beginnings) this.#told = Math.max(this.#told, number);
      return true;
    } catch {
      // Until then the server shows as unread what was read; the next report mends it.
      return false;
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#timer = setTimeout(resolve, ms);
    });
  }
}
