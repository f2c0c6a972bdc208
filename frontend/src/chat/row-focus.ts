/** Where the keyboard goes on when the message that had the focus is gone: to the next one. */
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { focusComposer } from './focus';

interface Focused {
  readonly row: Element;
  readonly number: number;
  /** The row itself has it, not a part of it. */
  readonly itself: boolean;
  /** It came with the keyboard. */
  readonly shown: boolean;
}

/** Call in each rendering of the list. */
export function useRowFocus(list: RefObject<HTMLElement | null>): void {
  const focused = useRef<Focused | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    const look = ({ target }: Event) => {
      focused.current = focusedIn(list.current, target);
    };
    document.addEventListener('focusin', look, { signal: stop.signal });
    document.addEventListener('pointerdown', look, { signal: stop.signal });
    return () => stop.abort();
  }, []);
  useLayoutEffect(() => {
    const before = focused.current;
    if (!before || before.row.isConnected || document.activeElement !== document.body) return;
    focused.current = null;
    goOn(list.current, before);
  });
}

function focusedIn(list: HTMLElement | null, target: EventTarget | null): Focused | null {
  const row = target instanceof Element && list?.contains(target) ? target.closest('[data-number]') : null;
  if (!row) return null;
  const shown = row.matches(':focus-visible, :has(:focus-visible)');
  return { row, number: numberOf(row), itself: target === row, shown };
}

function goOn(list: HTMLElement | null, { number, itself, shown }: Focused): void {
  const rows = [...(list?.querySelectorAll<HTMLElement>('[data-number]') ?? [])];
  const next = shown ? rows.find((row) => numberOf(row) > number) : undefined;
  (itself ? next : next?.querySelector<HTMLElement>('[data-testid="message-menu"]'))?.focus();
  if (document.activeElement === document.body) focusComposer();
  if (document.activeElement === document.body) list?.parentElement?.focus();
}

function numberOf(row: Element): number {
  return Number(row.getAttribute('data-number'));
}
