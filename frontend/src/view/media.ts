/** What the screen is like, as signals. */
import { type ReadonlySignal, signal } from '@preact/signals';

/** One pane at a time fits; the same width as in css/layout.css. */
export const narrow = media('(max-width: 47.99rem)');
/** Fingers only: the keyboard is on the screen. */
export const touch = media('(pointer: coarse) and (hover: none)');
export const prefersDark = media('(prefers-color-scheme: dark)');

function media(query: string): ReadonlySignal<boolean> {
  const list = matchMedia(query);
  const matches = signal(list.matches);
  list.addEventListener('change', () => {
    matches.value = list.matches;
  });
  return matches;
}
