import { type ReadonlySignal, useComputed, useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { dialog } from './ui';

export interface Held<T extends Element> {
  /** Somebody aims at an entry. */
  readonly held: ReadonlySignal<boolean>;
  /** The element around the entries. */
  readonly around: RefObject<T | null>;
  /** For the menus of the entries. */
  readonly onMenu: (open: boolean) => void;
}

/**
 * Whether entries of a list must stay where they are: else the menu that is open, or the entry that has the focus, would
 * be gone.
 */
export function useHeld<T extends Element>(): Held<T> {
  const around = useRef<T>(null);
  const focused = useSignal(false);
  const menus = useSignal(0);
  const held = useComputed(() => focused.value || menus.value > 0 || dialog.value !== null);
  useEffect(() => {
    const stop = new AbortController();
    const look = (has: EventTarget | null) => {
      focused.value = has instanceof Node && (around.current?.contains(has) ?? false);
    };
    // The whole page: an entry that is gone does not say that it has lost the focus.
    document.addEventListener('focusin', (event) => look(event.target), { signal: stop.signal });
    document.addEventListener(
      'focusout',
      ({ relatedTarget, target }) => {
        // While another window has the focus, the entry keeps it in this one.
        look(relatedTarget ?? (document.hasFocus() ? null : target));
      },
      { signal: stop.signal },
    );
    return () => stop.abort();
  }, []);
  return {
    held,
    around,
    onMenu: (open) => {
      menus.value += open ? 1 : -1;
    },
  };
}
