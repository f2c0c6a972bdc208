/**
 * Whether a press or a focus is a menu's own: within it, or on what opened it. Safari gives the focus of a pressed button
 * to what holds the button.
 */
export function isOwn({ target, type }: Event, list: Element | null, opener: Element | null): boolean {
  if (!(target instanceof Node)) return false;
  if (list?.contains(target) || opener?.contains(target)) return true;
  return type === 'focusin' && opener !== null && target.contains(opener);
}
