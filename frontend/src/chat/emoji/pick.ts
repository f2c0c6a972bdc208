/** Asks which emoji somebody wants. The picker itself is loaded when it is needed. */
import { signal } from '@preact/signals';

export interface Asked {
  /** The picker stands beside it, and it has the focus afterwards. */
  readonly anchor: HTMLElement;
  /** The emoji, or null for none. */
  readonly answer: (emoji: string | null) => void;
}

export const asked = signal<Asked | null>(null);

/** Opens the picker beside an element. Gives null when it was closed without a choice. */
export function pickEmoji(anchor: HTMLElement): Promise<string | null> {
  asked.peek()?.answer(null);
  return new Promise((resolve) => {
    const mine: Asked = {
      anchor,
      answer: (emoji) => {
        if (asked.peek() === mine) asked.value = null;
        resolve(emoji);
      },
    };
    asked.value = mine;
  });
}

/** The picker cannot be shown. */
export function refuseEmoji(): void {
  asked.peek()?.answer(null);
}
