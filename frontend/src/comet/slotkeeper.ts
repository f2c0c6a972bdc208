/** The numbers of the slots: so many tabs of one browser may hold a long request. */
export const slotNumbers: readonly number[] = [1, 2];

/** The name of a slot among the locks of a browser, or in its storage. */
export function slotName(slot: number): string {
  return `chatd.data.${slot}`;
}

/** A slot that is held until the signal ends with which it was taken. */
export interface Slot {
  number: number;
  /** Resolves when another tab has it all the same; never, if that cannot be. */
  lost: Promise<void>;
}

/** Shares out the slots among the tabs of one browser. */
export interface SlotKeeper {
  /**
   * Waits for a slot and holds it until the signal ends, at which it is free. Fails with Stopped when the signal
   * ends before.
   */
  take(signal: AbortSignal): Promise<Slot>;
}
