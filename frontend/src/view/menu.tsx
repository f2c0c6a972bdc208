import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Icon, type IconName } from './icons';

export interface MenuItem {
  readonly label: string;
  readonly icon: IconName;
  readonly testid: string;
  readonly run: () => void;
}

/** A button that opens a list of actions. Arrow keys, Home, End, Escape, and a click outside work as in any menu. */
export function Menu({
  label,
  named = false,
  testid,
  class: extra,
  items,
  children,
}: {
  /** What the menu is; the button's name, too, unless it has a text of its own. */
  label: string;
  named?: boolean;
  testid: string;
  class: string;
  items: readonly MenuItem[];
  children: ComponentChildren;
}) {
  const open = useSignal(false);
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const entries = () => [...(list.current?.querySelectorAll<HTMLElement>('[role="menuitem"]') ?? [])];

  useEffect(() => {
    if (!open.value) return;
    entries()[0]?.focus();
    list.current?.scrollIntoView({ block: 'nearest' });
    const stop = new AbortController();
    const outside = (event: Event) => {
      const inside = event.target instanceof Node && list.current?.parentElement?.contains(event.target);
      if (!inside) open.value = false;
    };
    document.addEventListener('pointerdown', outside, { signal: stop.signal });
    document.addEventListener('focusin', outside, { signal: stop.signal });
    return () => stop.abort();
  }, [open.value]);

  const close = () => {
    open.value = false;
    button.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') close();
    else if (!moveFocus(event.key, entries())) return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div class="menu">
      <button
        ref={button}
        type="button"
        class={extra}
        title={label}
        aria-label={named ? undefined : label}
        aria-haspopup="menu"
        aria-expanded={open.value}
        aria-controls={open.value ? id : undefined}
        data-testid={testid}
        onClick={() => {
          open.value = !open.value;
        }}
      >
        {children}
      </button>
      {open.value && (
        <div ref={list} id={id} class="menu-list" role="menu" aria-label={label} onKeyDown={onKeyDown}>
          {items.map((item) => (
            <button
              key={item.testid}
              type="button"
              role="menuitem"
              class="menu-item"
              tabIndex={-1}
              data-testid={item.testid}
              onClick={() => {
                close();
                item.run();
              }}
            >
              <Icon name={item.icon} />
              {item.label}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

function moveFocus(key: string, entries: readonly HTMLElement[]): boolean {
  const at = entries.findIndex((entry) => entry.matches(':focus'));
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: entries.length - 1 }[key];
  if (to === undefined) return false;
  entries.at(to % entries.length)?.focus();
  return true;
}
