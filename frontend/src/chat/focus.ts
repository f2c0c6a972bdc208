/** Where the focus goes when what had it is gone. */
import { touch } from '../view/media';

let composer: HTMLTextAreaElement | null = null;

/** The composer of the open room; null when there is none. */
export function setComposer(field: HTMLTextAreaElement | null): void {
  composer = field;
}

/** After an action one goes on writing. On touch the keyboard would jump up, so there the focus stays. */
export function focusComposer(): void {
  if (!touch.peek()) composer?.focus();
}
