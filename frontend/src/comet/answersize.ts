// About what the server puts into one answer at most.
const usual = 256 * 1024;
// An event that is larger than this comes alone anyway.
const least = 2 * 1024;

/** How large an answer may be for all of it to come through, as far as the answers so far tell. */
export class AnswerSize {
  #limit = usual;

  /** The most bytes of events to ask for, null for as many as there are. */
  get limit(): number | null {
    return this.#limit < usual ? this.#limit : null;
  }

  /** An answer has come whole: the next may be larger. */
  grow(): void {
    this.#limit = Math.min(this.#limit * 2, usual);
  }

  /** An answer began and broke off: the next is to be smaller. */
  shrink(): void {
    this.#limit = Math.max(this.#limit / 4, least);
  }
}
