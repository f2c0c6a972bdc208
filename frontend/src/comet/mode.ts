/** A way of listening. It runs until another is called for, or fails. */
export interface Mode {
  run(signal: AbortSignal): Promise<void>;
  /**
   * Finds out at once whether the connection still lives, and gets what is new. `insist`: a person wants it, whatever
   * the server said.
   */
  probe(insist: boolean): void;
  /** The topics followed, or their cursors, have changed. */
  changed(): void;
  /** This tab shows something else, or whether anybody uses it has changed. */
  viewed(): void;
  /** Events are missing. */
  behind(): void;
  /**
   * Another tab goes on with the session. Whether this one serves until that one does; it then ends by itself, else it
   * is to be ended.
   */
  retire(): boolean;
}
