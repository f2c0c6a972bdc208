import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { Entry, type MenuItem, moveFocus } from './menu';
import { isOwn } from './outside';

/** Pixels between the menu and the edges of the window. */
const EDGE = 8;

/** A menu at a place of the window, open as long as it is rendered. */
export function PopupMenu({
  label,
  testid,
  items,
  place,
  opener,
  onClose,
}: {
  label: string;
  testid: string;
  items: readonly MenuItem[];
  /** Pixels of the window. */
  place: { readonly x: number; readonly y: number };
  /** What gets the focus afterwards. */
  opener: HTMLElement;
  onClose: () => void;
}) {
  const list = useRef<HTMLDivElement>(null);
  const entries = () => [...(list.current?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? [])];
  useLayoutEffect(() => {
    if (list.current) put(list.current, place);
  });
  useEffect(() => {
    entries()[0]?.focus({ preventScroll: true });
    const stop = new AbortController();
    const outside = (event: Event) => {
      if (!isOwn(event, list.current, opener)) onClose();
    };
    const options = { signal: stop.signal, capture: true };
    document.addEventListener('pointerdown', outside, options);
    document.addEventListener('focusin', outside, options);
    window.addEventListener('resize', onClose, options);
    return () => stop.abort();
  }, [place]);

  const leave = () => {
    onClose();
    opener.focus({ preventScroll: true });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' || event.key === 'Tab') leave();
    else if (!moveFocus(event.key, entries())) return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      ref={list}
      class="menu-list popup-menu"
      role="menu"
      aria-label={label}
      data-testid={testid}
      onKeyDown={onKeyDown}
    >
      {items.map((item) => (
        <Entry
          key={item.testid}
          item={item}
          choose={() => {
            if (item.expanded === undefined) leave();
            item.run();
          }}
        />
      ))}
    </div>
  );
}

/** Inside of the window, whatever unfolds. */
function put(list: HTMLElement, { x, y }: { x: number; y: number }): void {
  const { width, height } = list.getBoundingClientRect();
  const left = Math.max(EDGE, Math.min(x, innerWidth - EDGE - width));
  const top = Math.max(EDGE, Math.min(y, innerHeight - EDGE - height));
  list.style.inset = `${top}px auto auto ${left}px`;
}
