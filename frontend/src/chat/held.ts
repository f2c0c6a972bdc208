import { type ReadonlySignal, useComputed, useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Staying } from '../model/member-groups';
import { dialog } from './ui';

export interface Held<T extends Element> {
  /** All entries while somebody aims at one; else the one that has the focus. */
  readonly staying: ReadonlySignal<Staying>;
  /** The element around the entries. */
  readonly around: RefObject<T | null>;
  /** For the menus of the entries. */
  readonly onMenu: (open: boolean) => void;
}

/** Milliseconds after the last input at an entry until nobody seems to aim any more. */
const REST = 5_000;

/**
 * Which entries of a list must stay where they are: else the menu that is open, what somebody is about to press, or the
 * entry that has the focus would be gone. The elements of entries tell whose they are: data-entry.
 */
export function useHeld<T extends Element>(): Held<T> {
  const around = useRef<T>(null);
  const focused = useSignal<number | null>(null);
  const aimed = useSignal(false);
  const menus = useSignal(0);
  const staying = useComputed<Staying>(() =>
    aimed.value || menus.value > 0 || dialog.value !== null ? 'all' : focused.value,
  );
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const aim = (yes: boolean) => {
      clearTimeout(timer);
      aimed.value = yes;
      if (yes) timer = setTimeout(() => aim(false), REST);
    };
    const look = (has: EventTarget | null) => {
      const entry = entryAt(has, around.current);
      if (entry !== focused.peek()) aim(entry !== null);
      focused.value = entry;
    };
    const input = ({ target }: Event) => {
      if (entryAt(target, around.current) !== null) aim(true);
    };
    // The whole page: an entry that is gone does not say that it has lost the focus.
    document.addEventListener('focusin', (event) => look(event.target), { signal });
    document.addEventListener(
      'focusout',
      ({ relatedTarget, target }) => {
        // While another window has the focus, the entry keeps it in this one.
        look(relatedTarget ?? (document.hasFocus() ? null : target));
      },
      { signal },
    );
    document.addEventListener('keydown', input, { signal });
    document.addEventListener('pointerdown', input, { signal });
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, []);
  return {
    staying,
    around,
    onMenu: (open) => {
      menus.value += open ? 1 : -1;
    },
  };
}

/** The user whose entry something is in; null outside of the entries. */
function entryAt(target: EventTarget | null, around: Element | null): number | null {
  if (!(target instanceof Element) || !around?.contains(target)) return null;
  const entry = target.closest('[data-entry]')?.getAttribute('data-entry');
  return entry ? Number(entry) : null;
}
