/**
 * A list of messages as something that is worked with: which message is pointed at or has the focus, which one the
 * keyboard comes to, and what is pressed in it. One listener each for the whole list, however long it is: elements say
 * by data-do what they are for.
 */
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import type { Message } from '../api/records';
import type { Chat } from '../model/chat';
import type { Room } from '../model/room';
import { navigate } from '../model/router';
import { messagePath, roomPath, threadPath } from '../model/route';
import { useChat } from './context';
import { jumpTo } from './jump';
import { messageTools } from './parts';
import { roomRoute, uncover } from './rich-text';

/** What has a menu open. */
export interface OpenMenu {
  readonly row: HTMLElement;
  readonly message: Message;
  /** What the menu stands beside, and what has the focus afterwards. */
  readonly anchor: HTMLElement;
  /** It was opened with a finger. */
  readonly sheet: boolean;
}

/** Keys that do something while a message has the focus, by the id of the action. */
const acts: Readonly<Record<string, string>> = {
  e: 'edit',
  r: 'reply',
  '+': 'react',
  t: 'thread',
  p: 'pin',
  s: 'save',
  f: 'forward',
  u: 'mark-unread',
  l: 'copy-link',
  c: 'copy-text',
  Delete: 'delete',
};

/** Milliseconds after which a finger that rests on a message opens its menu, and pixels that it may move meanwhile. */
const LONG = 500;
const SLIP = 10;

export class MessageList {
  readonly chat: Chat;
  readonly room: Room;
  readonly menu = signal<OpenMenu | null>(null);
  /** The key of the row that is pointed at, and of the one in which the keyboard is. */
  readonly hovered = signal<string | null>(null);
  readonly focused = signal<string | null>(null);
  /** The key of the row to which the keyboard comes: the one that has the focus, else the last. */
  readonly tabStop: ReadonlySignal<string | null>;
  readonly #current = signal<string | null>(null);
  readonly #find: (number: number) => Message | undefined;
  #long: { x: number; y: number; timer: ReturnType<typeof setTimeout> } | null = null;
  /** The finger that opened a menu is still down. */
  #opened = false;

  /** `find` gives a message of the list by its number; `keys` are those of all rows, in their order. */
  constructor(
    chat: Chat,
    room: Room,
    find: (number: number) => Message | undefined,
    keys: ReadonlySignal<readonly string[]>,
  ) {
    this.chat = chat;
    this.room = room;
    this.#find = find;
    this.tabStop = computed(() => {
      const current = this.#current.value;
      return current !== null && keys.value.includes(current) ? current : (keys.value.at(-1) ?? null);
    });
  }

  listen(list: HTMLElement, signal: AbortSignal): void {
    const on = <K extends keyof HTMLElementEventMap>(
      kind: K,
      hear: (event: HTMLElementEventMap[K]) => void,
      capture = false,
    ) => list.addEventListener(kind, hear, { signal, capture });
    on('pointerover', ({ target, pointerType }) => {
      if (pointerType !== 'touch') this.hovered.value = keyAt(target);
    });
    on('pointerleave', () => {
      this.hovered.value = null;
    });
    on('focusin', ({ target }) => this.#focus(target));
    on('focusout', ({ relatedTarget }) => {
      if (relatedTarget instanceof Node && list.contains(relatedTarget)) return;
      this.focused.value = null;
      // While another window has the focus, the row keeps it in this one.
      if (document.hasFocus()) this.#current.value = null;
    });
    on('click', (event) => this.#click(event), true);
    on('keydown', (event) => this.#key(event, list));
    on('pointerdown', (event) => this.#down(event));
    on('pointermove', (event) => this.#move(event));
    for (const kind of ['pointerup', 'pointercancel'] as const) on(kind, () => this.#lift());
    on('mousedown', (event) => {
      // What browsers make of a finger that is lifted would take the focus away from the menu.
      if (this.#opened) event.preventDefault();
    });
    on('contextmenu', (event) => {
      // A long press is asked for both.
      if (this.#long || this.#opened) event.preventDefault();
    });
    signal.addEventListener('abort', () => this.#lift());
  }

  /** The message of a row; undefined for one that the server does not have. */
  messageOf(row: Element): Message | undefined {
    return this.#find(Number(row.getAttribute('data-number')));
  }

  openMenu(row: HTMLElement, anchor: HTMLElement, sheet = false): void {
    const message = this.messageOf(row);
    if (!message) return;
    messageTools.use(() => {
      this.menu.value = { row, message, anchor, sheet };
    });
  }

  #focus(target: EventTarget | null): void {
    const row = rowAt(target);
    const key = row?.getAttribute('data-key') ?? null;
    this.#current.value = key;
    this.focused.value = row?.matches(':focus-visible, :has(:focus-visible)') ? key : null;
  }

  #click(event: MouseEvent): void {
    if (this.#opened) {
      this.#opened = false;
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    const { target } = event;
    if (!(target instanceof Element) || event.button !== 0) return;
    const row = rowAt(target);
    const pressed = target.closest<HTMLElement>('[data-do]');
    if (row && pressed) this.#press(pressed, row);
    else if (!event.metaKey && !event.ctrlKey && !event.shiftKey) this.#follow(target.closest('a'), event);
  }

  /** Does what an element is for. */
  #press(pressed: HTMLElement, row: HTMLElement): void {
    const { do: does, quote } = pressed.dataset;
    if (does === 'uncover') uncover(pressed);
    else if (does === 'quote') jumpTo(this.room, Number(quote));
    else if (does === 'quote-again') this.room.messages.quotes.retry(Number(quote));
    else if (does === 'menu' && this.menu.peek()?.anchor === pressed) this.menu.value = null;
    else if (does === 'menu') this.openMenu(row, pressed);
    else messageTools.use(({ press }) => press(this, pressed, row));
  }

  /** What is on this page is gone to in place. */
  #follow(link: HTMLAnchorElement | null, event: Event): void {
    const to = link && roomRoute(link);
    if (!to) return;
    event.preventDefault();
    if (to.message !== null && to.id === this.room.id) jumpTo(this.room, to.message);
    else if (to.message !== null) navigate(messagePath(to.id, to.message));
    else navigate(to.thread === null ? roomPath(to.id) : threadPath(to.id, to.thread));
  }

  #key(event: KeyboardEvent, list: HTMLElement): void {
    const { target, key } = event;
    const row = rowAt(target);
    if (!row || event.defaultPrevented || !(target instanceof HTMLElement)) return;
    if (key === 'ContextMenu' || (key === 'F10' && event.shiftKey)) this.openMenu(row, target);
    else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (target !== row) {
      // A part that is a button only by its role.
      if ((key !== 'Enter' && key !== ' ') || target.tagName === 'BUTTON' || !target.dataset.do) return;
      this.#press(target, row);
    } else if (key === 'Enter') this.openMenu(row, row);
    else if (!walk(key, row, list) && !this.#act(key, row)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** A letter is meant for the message only while one sees that this has the focus. */
  #act(key: string, row: HTMLElement): boolean {
    const id = acts[key.length === 1 ? key.toLowerCase() : key];
    const message = this.messageOf(row);
    if (id === undefined || !message || !row.matches(':focus-visible')) return false;
    messageTools.use(({ act }) => act(id, { chat: this.chat, room: this.room, message, row, anchor: row }));
    return true;
  }

  #down({ pointerType, isPrimary, clientX: x, clientY: y, target }: PointerEvent): void {
    this.#lift();
    this.#opened = false;
    const row = rowAt(target);
    if (pointerType !== 'touch' || !isPrimary || !row) return;
    const timer = setTimeout(() => {
      this.#long = null;
      this.#opened = true;
      ignoreLift();
      this.openMenu(row, row, true);
    }, LONG);
    this.#long = { x, y, timer };
  }

  #move({ clientX, clientY }: PointerEvent): void {
    if (this.#long && Math.hypot(clientX - this.#long.x, clientY - this.#long.y) > SLIP) this.#lift();
  }

  #lift(): void {
    clearTimeout(this.#long?.timer);
    this.#long = null;
  }
}

/** The finger that has held is lifted over what has opened there: that is no press on it. */
function ignoreLift(): void {
  const stop = new AbortController();
  const options = { capture: true, signal: stop.signal };
  const lifted = (event: Event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  document.addEventListener('click', lifted, options);
  for (const next of ['pointerdown', 'keydown']) document.addEventListener(next, () => stop.abort(), options);
}

/** Arrows, Home and End go from message to message. */
function walk(key: string, row: HTMLElement, list: HTMLElement): boolean {
  if (!['ArrowUp', 'ArrowDown', 'Home', 'End'].includes(key)) return false;
  const rows = [...list.querySelectorAll<HTMLElement>('[data-client-id]')];
  const at = rows.indexOf(row);
  const to = key === 'Home' ? 0 : key === 'End' ? rows.length - 1 : at + (key === 'ArrowUp' ? -1 : 1);
  rows[to]?.focus({ preventScroll: true });
  rows[to]?.scrollIntoView({ block: 'nearest' });
  return true;
}

function rowAt(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>('[data-client-id]') : null;
}

function keyAt(target: EventTarget | null): string | null {
  return rowAt(target)?.getAttribute('data-key') ?? null;
}

/** Works with the messages inside of an element; see MessageList. */
export function useMessageList(
  element: RefObject<HTMLElement | null>,
  room: Room,
  find: (number: number) => Message | undefined,
  keys: ReadonlySignal<readonly string[]>,
): MessageList {
  const chat = useChat();
  const list = useMemo(() => new MessageList(chat, room, find, keys), [chat, room]);
  useEffect(() => {
    const stop = new AbortController();
    if (element.current) list.listen(element.current, stop.signal);
    return () => stop.abort();
  }, [list]);
  return list;
}
