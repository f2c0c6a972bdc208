/** Typing anywhere goes into the composer. */
import { dialogOpen } from './ui';

/** Enter belongs to the input method while it composes a word; 229 is how Safari says so. */
export function composing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}

/** Unless it means something where the focus is. */
export function catchTyping(event: KeyboardEvent, field: HTMLTextAreaElement | null): void {
  if (!field || event.defaultPrevented || dialogOpen() || composing(event)) return;
  if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return;
  const at = event.target;
  if (!(at instanceof HTMLElement)) return;
  if (at.closest('input, textarea, select, [contenteditable], [role="menu"]')) return;
  if (event.key === ' ' && at !== document.body) return;
  field.focus();
}
