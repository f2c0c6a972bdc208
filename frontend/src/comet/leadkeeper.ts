/** Why a tab leads no longer: another took the lock from it, or has written its name over the lease. */
export type Loss = 'robbed' | 'overwritten';

/** The lead, held until the signal ends with which it was taken. */
export interface Held {
  /** Resolves when another tab has it all the same; never, if that cannot be. */
  lost: Promise<Loss>;
}

/** Sees to it that one tab of a browser leads. */
export interface LeadKeeper {
  /**
   * Waits for the lead and holds it until the signal ends, at which it is free. Fails with Stopped when the signal ends
   * before.
   */
  take(signal: AbortSignal): Promise<Held>;
  /** Takes it from a tab that does not answer. */
  seize(signal: AbortSignal): Promise<Held>;
  /** The tab that has it lives, whatever its timers do. */
  renew(): void;
  /** Another tab will be told that it is free: there is no need to free it. */
  bequeath(): void;
  /** A tab has said that it leads, since later than this one. */
  yield(): void;
  /** A tab has said that it leads no longer. */
  left(tab: string): void;
  /** Whether a tab that is gone may still have it. */
  readonly outlives: boolean;
}
