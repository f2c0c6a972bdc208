/**
 * All keyboard shortcuts of the page, in one table. The dialog that lists them is made from it, with the words of
 * texts/shortcuts.ts; parts of the page take theirs by `onShortcut`. Those marked `own` are handled by the part that has
 * the focus, and stand here so that people find them.
 */

/**
 * Where a shortcut holds: `page` wherever no dialog is open, `reading` there but not while something is written, `list`
 * at a room in the sidebar.
 */
export type Where = 'page' | 'reading' | 'list' | 'composer' | 'message';

/** What a shortcut is about, in the order of the list. */
export const topics = ['moving', 'reading', 'writing', 'messages'] as const;

interface Entry {
  readonly id: string;
  readonly topic: (typeof topics)[number];
  readonly where: Where;
  /**
   * Any of these. The last part is KeyboardEvent.key, before it any of Mod (Ctrl, ⌘ on a Mac), Ctrl, Alt and Shift.
   */
  readonly keys: readonly string[];
  /** In their place on a Mac, where the others mean something else. */
  readonly mac?: readonly string[];
  /** Handled by the part that has the focus. */
  readonly own?: true;
}

export const shortcuts = [
  { id: 'switcher', topic: 'moving', where: 'page', keys: ['Mod+k'] },
  { id: 'previous-room', topic: 'moving', where: 'page', keys: ['Alt+ArrowUp'] },
  { id: 'next-room', topic: 'moving', where: 'page', keys: ['Alt+ArrowDown'] },
  { id: 'previous-unread', topic: 'moving', where: 'page', keys: ['Alt+Shift+ArrowUp'] },
  { id: 'next-unread', topic: 'moving', where: 'page', keys: ['Alt+Shift+ArrowDown'] },
  { id: 'room-menu', topic: 'moving', where: 'list', keys: ['Shift+F10', 'Alt+Enter'], own: true },
  { id: 'unread', topic: 'moving', where: 'page', keys: ['Mod+Shift+a'] },
  { id: 'threads', topic: 'moving', where: 'page', keys: ['Mod+Shift+h'] },
  { id: 'saved', topic: 'moving', where: 'page', keys: ['Mod+Shift+s'] },
  { id: 'browse', topic: 'moving', where: 'page', keys: ['Mod+Shift+l'] },
  { id: 'members', topic: 'moving', where: 'page', keys: ['Mod+.'] },
  { id: 'settings', topic: 'moving', where: 'page', keys: ['Mod+,'] },
  { id: 'help', topic: 'moving', where: 'page', keys: ['Mod+/'] },
  { id: 'help-reading', topic: 'moving', where: 'reading', keys: ['?'] },
  { id: 'back', topic: 'reading', where: 'page', keys: ['Escape'] },
  { id: 'read-all', topic: 'reading', where: 'page', keys: ['Shift+Escape'] },
  { id: 'newest', topic: 'reading', where: 'page', keys: ['Mod+End'], mac: ['Mod+ArrowDown'] },
  { id: 'send', topic: 'writing', where: 'composer', keys: ['Enter'], own: true },
  { id: 'new-line', topic: 'writing', where: 'composer', keys: ['Shift+Enter'], own: true },
  { id: 'edit-last', topic: 'writing', where: 'composer', keys: ['ArrowUp'], own: true },
  { id: 'reply-last', topic: 'writing', where: 'composer', keys: ['Shift+ArrowUp'], own: true },
  { id: 'bold', topic: 'writing', where: 'composer', keys: ['Mod+b'], own: true },
  { id: 'italic', topic: 'writing', where: 'composer', keys: ['Mod+i'], own: true },
  { id: 'strike', topic: 'writing', where: 'composer', keys: ['Mod+Shift+x'], own: true },
  { id: 'code', topic: 'writing', where: 'composer', keys: ['Mod+e'], own: true },
  { id: 'to-messages', topic: 'messages', where: 'composer', keys: ['Shift+Tab'], own: true },
  { id: 'walk-messages', topic: 'messages', where: 'message', keys: ['ArrowUp', 'ArrowDown'], own: true },
  { id: 'message-menu', topic: 'messages', where: 'message', keys: ['Enter', 'Shift+F10'], own: true },
  { id: 'react', topic: 'messages', where: 'message', keys: ['+'], own: true },
  { id: 'thread', topic: 'messages', where: 'message', keys: ['t'], own: true },
  { id: 'reply', topic: 'messages', where: 'message', keys: ['r'], own: true },
  { id: 'edit', topic: 'messages', where: 'message', keys: ['e'], own: true },
  { id: 'copy-text', topic: 'messages', where: 'message', keys: ['c'], own: true },
  { id: 'copy-link', topic: 'messages', where: 'message', keys: ['l'], own: true },
  { id: 'save', topic: 'messages', where: 'message', keys: ['s'], own: true },
  { id: 'pin', topic: 'messages', where: 'message', keys: ['p'], own: true },
  { id: 'forward', topic: 'messages', where: 'message', keys: ['f'], own: true },
  { id: 'mark-unread', topic: 'messages', where: 'message', keys: ['u'], own: true },
  { id: 'delete-message', topic: 'messages', where: 'message', keys: ['Delete'], own: true },
] as const satisfies readonly Entry[];

export type ShortcutId = (typeof shortcuts)[number]['id'];

/** The table as it is looked through. */
export const allShortcuts: readonly (Entry & { readonly id: ShortcutId })[] = shortcuts;

/** The keys of a shortcut on this machine. */
export function keysOf(shortcut: Pick<Entry, 'keys' | 'mac'>, apple = isApple()): readonly string[] {
  return (apple && shortcut.mac) || shortcut.keys;
}

/** The keys that are pressed together, by their names. */
export function partsOf(keys: string): readonly string[] {
  // One of them is itself a plus.
  return keys.endsWith('+') ? [...keys.slice(0, -2).split('+').filter(Boolean), '+'] : keys.split('+');
}

export function isApple(): boolean {
  return typeof navigator !== 'undefined' && /^(Mac|iPhone|iPad)/.test(navigator.platform);
}

/** What a shortcut does. False says that there is nothing to do: the next one is asked, and at last the browser. */
export type Action = () => unknown;

interface Taker {
  readonly id: ShortcutId;
  readonly run: Action;
  readonly rank: number;
}

let takers: readonly Taker[] = [];

/**
 * Has something done by a shortcut until the function returned is called. Of several that take the same one the highest
 * rank is asked first, then who came last: a panel before the room it stands beside (see `ranks`).
 */
export function onShortcut(id: ShortcutId, run: Action, rank = 0): () => void {
  const taker = { id, run, rank };
  takers = [taker, ...takers].sort((a, b) => b.rank - a.rank);
  return () => {
    takers = takers.filter((one) => one !== taker);
  };
}

/** The layers that Esc undoes one by one: what is being written, a panel, then the room is read. */
export const ranks = { writing: 20, panel: 10, room: 0 } as const;

/** What of a pressed key counts. */
export type Pressed = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/** Whether the keys pressed are those that a shortcut names. */
export function isPressed(keys: string, event: Pressed, apple = isApple()): boolean {
  const parts = partsOf(keys);
  const wanted = parts.at(-1) ?? '';
  const has = (name: string) => parts.slice(0, -1).includes(name);
  const mod = has('Mod');
  const named = wanted.length > 1;
  if (event.ctrlKey !== (has('Ctrl') || (mod && !apple))) return false;
  if (event.metaKey !== (mod && apple)) return false;
  if (event.altKey !== has('Alt')) return false;
  // Where a sign stands on a keyboard, and whether Shift belongs to it, depends on the keyboard.
  if ((named || isLetter(wanted)) && event.shiftKey !== has('Shift')) return false;
  return wanted === (named ? event.key : letter(event));
}

/** Whether the keys pressed are any of a shortcut's. */
export function isShortcut(id: ShortcutId, event: Pressed): boolean {
  const entry = allShortcuts.find((one) => one.id === id);
  return entry !== undefined && keysOf(entry).some((keys) => isPressed(keys, event));
}

function isLetter(sign: string): boolean {
  return /^[a-z]$/.test(sign);
}

/** The sign on the key; of keyboards for other scripts, the Latin letter in the same place. */
function letter({ key, code }: Pressed): string {
  const latin = /^[\x20-\x7e]$/.test(key);
  return (latin ? key : code.replace(/^Key/, '')).toLowerCase();
}

/**
 * Finds the shortcut that was pressed and does it. `writing` says that the focus is where text is entered. True when
 * somebody has taken it.
 */
export function press(event: Pressed, writing: boolean): boolean {
  for (const { id, run } of takers) {
    const entry = allShortcuts.find((one) => one.id === id);
    if (!entry || (entry.where === 'reading' && writing)) continue;
    if (keysOf(entry).some((keys) => isPressed(keys, event)) && run() !== false) return true;
  }
  return false;
}
