/** Milliseconds within which a topic brings what the server has said it has. */
const SOON = 2_000;

/** Notices that a topic does not bring an own message that the server has acknowledged. */
export class Overdue {
  readonly #reached: () => number;
  readonly #notice: () => void;
  #newest = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `reached`: the number of the last event that the topic has brought. */
  constructor(reached: () => number, notice: () => void) {
    this.#reached = reached;
    this.#notice = notice;
  }

  /** The topic is to bring the event with this number. */
  expect(seq: number): void {
    this.#newest = Math.max(this.#newest, seq);
    if (seq > this.#reached()) this.#timer ??= setTimeout(() => this.#look(seq), SOON);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#newest = 0;
  }

  // Once noticed it is not said again: what is done about it brings all that is expected now.
  #look(seq: number): void {
    this.#timer = undefined;
    if (seq > this.#reached()) this.#notice();
    else this.expect(this.#newest);
  }
}
