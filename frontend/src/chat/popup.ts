/** The menus that belong to no button of their own: of a room, of its bell, of a section. One is open at a time. */
import { signal } from '@preact/signals';
import type { Section } from '../api/attention-records';
import type { Room } from '../model/room';

export type PopupContent =
  | { readonly name: 'room' | 'bell'; readonly room: Room }
  | { readonly name: 'section'; readonly section: Section };

export type OpenPopup = PopupContent & {
  /** Counts the openings. */
  readonly at: number;
  /** Pixels of the window. */
  readonly place: { readonly x: number; readonly y: number };
  /** Gets the focus afterwards. */
  readonly opener: HTMLElement;
};

export const popup = signal<OpenPopup | null>(null);
let openings = 0;

export function closePopup(): void {
  popup.value = null;
}

/** Opens a menu where the pointer is, else below what opens it; once more closes it. */
export function openPopup(content: PopupContent, opener: HTMLElement, event?: MouseEvent): void {
  const before = popup.peek();
  if (before && !event && before.opener === opener) {
    popup.value = null;
    return;
  }
  popup.value = { ...content, at: ++openings, opener, place: (event && pointed(event)) ?? below(opener) };
}

/** Where the pointer is; null for the menu key, which has none. */
function pointed({ clientX: x, clientY: y }: MouseEvent): { x: number; y: number } | null {
  return x === 0 && y === 0 ? null : { x, y };
}

function below(element: HTMLElement): { x: number; y: number } {
  const { left, bottom } = element.getBoundingClientRect();
  return { x: left, y: bottom };
}
