/** A way of listening. It runs until another is called for, or fails. */
export interface Mode {
  run(signal: AbortSignal): Promise<void>;
  /** Finds out at once whether the connection still lives, and gets what is new. */
  probe(): void;
  /** The topics followed, or their cursors, have changed. */
  changed(): void;
  /** Events are missing. */
  behind(): void;
}
