/** Listens to the keyboard for the shortcuts of the page. */
import { useEffect } from 'preact/hooks';
import { type Action, onShortcut, press, type ShortcutId } from '../model/shortcuts';
import { dialogOpen } from './ui';

/** Hears of shortcuts as long as the component is there. */
export function useShortcutKeys(): void {
  useEffect(() => {
    const stop = new AbortController();
    // Before the parts of the page, for whom a letter is only a letter; but each of them may have a use for Escape.
    document.addEventListener('keydown', (event) => event.key !== 'Escape' && take(event), {
      capture: true,
      signal: stop.signal,
    });
    document.addEventListener('keydown', (event) => event.key === 'Escape' && take(event), {
      signal: stop.signal,
    });
    return () => stop.abort();
  }, []);
}

/** Takes a shortcut as long as the component is there. */
export function useShortcut(id: ShortcutId, run: Action, rank = 0): void {
  useEffect(() => onShortcut(id, run, rank), [run]);
}

/** A dialog that is hidden already tells so a little later. What is pressed meanwhile is meant for the page. */
function settleHidden(): void {
  for (const one of document.querySelectorAll('dialog:not([open])')) one.dispatchEvent(new Event('close'));
}

function take(event: KeyboardEvent): void {
  settleHidden();
  if (event.defaultPrevented || event.isComposing || event.keyCode === 229 || dialogOpen()) return;
  const at = event.target;
  if (!(at instanceof Element) || at.closest('[role="menu"]')) return;
  if (!press(event, at.closest('input, textarea, select, [contenteditable]') !== null)) return;
  event.preventDefault();
  event.stopPropagation();
}
