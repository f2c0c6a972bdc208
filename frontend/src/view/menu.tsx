import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Icon, type IconName } from './icons';
import { isOwn } from './outside';

export interface MenuItem {
  readonly label: string;
  readonly icon?: IconName;
  /** What stands in the icon's place. */
  readonly sign?: ComponentChildren;
  /** A few more words, small. */
  readonly hint?: string;
  readonly testid: string;
  /** One of several of which one holds; whether it is this one. */
  readonly checked?: boolean;
  /** It opens and closes entries that belong to it, and the menu stays. */
  readonly expanded?: boolean;
  /** It belongs to the entry above. */
  readonly inset?: boolean;
  /** A line stands above it. */
  readonly apart?: boolean;
  readonly run: () => void;
}

interface Props {
  /** What the menu is; the button's name, too, unless it has a text of its own. */
  label: string;
  named?: boolean;
  testid: string;
  class: string;
  /** A function is asked when the menu is opened. */
  items: readonly MenuItem[] | (() => readonly MenuItem[]);
  /** It stands over what scrolls, on the side where there is space, and moves along with its button. */
  floating?: boolean;
  /** Opens it once what its entries need is there. */
  when?: (open: () => void) => void;
  onOpen?: (open: boolean) => void;
  children: ComponentChildren;
}

/** A button that opens a list of actions. Arrow keys, Home, End, Escape, and a click outside work as in any menu. */
export function Menu({
  label,
  named = false,
  testid,
  class: extra,
  items,
  floating = false,
  when = (open) => open(),
  onOpen,
  children,
}: Props) {
  const open = useSignal(false);
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const close = (back: boolean) => {
    open.value = false;
    if (back) button.current?.focus({ preventScroll: floating });
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
          if (open.value) open.value = false;
          else {
            when(() => {
              open.value = true;
            });
          }
        }}
      >
        {children}
      </button>
      {open.value && (
        <MenuList
          id={id}
          label={label}
          items={typeof items === 'function' ? items() : items}
          anchor={() => button.current}
          floating={floating}
          close={close}
          {...(onOpen ? { onOpen } : {})}
        />
      )}
    </div>
  );
}

interface ListProps {
  id?: string;
  label: string;
  items: readonly MenuItem[];
  /** What it stands beside, and belongs to. */
  anchor: () => HTMLElement | null;
  floating: boolean;
  /** At the lower edge of the screen, for thumbs. */
  sheet?: boolean;
  /** `back` says that the focus is to go back to where it was. */
  close: (back: boolean) => void;
  onOpen?: (open: boolean) => void;
  /** Entries that stand beside each other above the others. */
  lead?: ComponentChildren;
}

/** The list of a menu that is open. */
export function MenuList(props: ListProps) {
  const { id, label, items, anchor, floating, sheet = false, close, onOpen, lead } = props;
  const list = useRef<HTMLDivElement>(null);
  const entries = () => [...(list.current?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? [])];

  useEffect(() => {
    onOpen?.(true);
    const stop = new AbortController();
    if (floating && !sheet) {
      float(list.current, anchor());
      const follow = ({ target }: Event) => {
        if (target === list.current) return;
        if (outOfSight(anchor(), target)) close(true);
        else float(list.current, anchor());
      };
      document.addEventListener('scroll', follow, { capture: true, signal: stop.signal });
      window.addEventListener('resize', follow, { signal: stop.signal });
    }
    entries()[0]?.focus({ preventScroll: floating });
    if (!floating) list.current?.scrollIntoView({ block: 'nearest' });
    const outside = (event: Event) => {
      if (!isOwn(event, list.current, sheet ? null : anchor())) close(false);
    };
    document.addEventListener('pointerdown', outside, { signal: stop.signal });
    document.addEventListener('focusin', outside, { signal: stop.signal });
    return () => {
      stop.abort();
      onOpen?.(false);
    };
  }, []);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') close(true);
    else if (!moveFocus(event.key, entries())) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const choose = (item: MenuItem) => {
    if (item.expanded === undefined) close(true);
    item.run();
  };

  return (
    <div
      ref={list}
      id={id}
      class={sheet ? 'menu-list menu-sheet' : 'menu-list'}
      role="menu"
      aria-label={label}
      tabIndex={-1}
      onKeyDown={onKeyDown}
    >
      {lead}
      {items.map((item) => (
        <Entry key={item.testid} item={item} choose={() => choose(item)} />
      ))}
    </div>
  );
}

/** One of a menu. */
export function Entry({ item, choose }: { item: MenuItem; choose: () => void }) {
  const { label, icon, sign, hint, testid, checked, expanded, inset, apart } = item;
  const role =
    checked === undefined
      ? ({ role: 'menuitem' } as const)
      : ({ role: 'menuitemradio', 'aria-checked': checked } as const);
  return (
    <button
      {...role}
      type="button"
      class="menu-item"
      tabIndex={-1}
      aria-expanded={expanded}
      data-inset={inset}
      data-apart={apart}
      data-testid={testid}
      onClick={choose}
    >
      <span class="menu-sign">{icon ? <Icon name={icon} /> : sign}</span>
      <span class="menu-text">
        <span>{label}</span>
        {hint && <span class="menu-hint">{hint}</span>}
      </span>
      {checked && <Icon name="check" class="menu-mark" />}
      {expanded !== undefined && <Icon name="forward" class="menu-fold" />}
    </button>
  );
}

/** Below the button, or above it where there is more space; its end stands below the button's end. */
function float(list: HTMLElement | null, button: HTMLElement | null): void {
  if (!list || !button) return;
  // First of all, for it is as wide as its words only where the button's box does not hold it.
  Object.assign(list.style, {
    position: 'fixed',
    inset: '0 auto auto 0',
    maxWidth: `${innerWidth - 2 * EDGE}px`,
    maxHeight: `${innerHeight - 2 * EDGE}px`,
    overflowY: 'auto',
  });
  const place = button.getBoundingClientRect();
  const { width, height } = list.getBoundingClientRect();
  const below = place.bottom + GAP;
  const top = below + height <= innerHeight - EDGE ? below : Math.max(EDGE, place.top - GAP - height);
  const left = Math.max(EDGE, Math.min(place.right - width, innerWidth - EDGE - width));
  list.style.inset = `${top}px auto auto ${left}px`;
}

/** Pixels between a floating list and its button, and between it and the edges of the window. */
const GAP = 4;
const EDGE = 8;

/** Whether the button has been scrolled out of what shows it. */
function outOfSight(button: HTMLElement | null, scrolled: EventTarget | null): boolean {
  if (!button || !(scrolled instanceof Element) || !scrolled.contains(button)) return false;
  const { top, bottom } = button.getBoundingClientRect();
  const view = scrolled.getBoundingClientRect();
  return bottom <= view.top || top >= view.bottom;
}

/** Entries that stand beside each other are walked through sideways, too. */
function sideways(entry: HTMLElement | undefined, at: number): Readonly<Record<string, number>> {
  return entry?.closest('.menu-lead') ? { ArrowRight: at + 1, ArrowLeft: at - 1 } : {};
}

/** Moves the focus as a key says; false when it says nothing of that. */
export function moveFocus(key: string, entries: readonly HTMLElement[]): boolean {
  const at = entries.findIndex((entry) => entry.matches(':focus'));
  const to = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    Home: 0,
    End: entries.length - 1,
    ...sideways(entries[at], at),
  }[key];
  if (to === undefined) return false;
  entries.at(to % entries.length)?.focus();
  return true;
}
