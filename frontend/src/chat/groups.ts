/** How the rooms stand in the sidebar. */
import { effect, signal } from '@preact/signals';
import type { Section } from '../api/attention-records';
import type { Chat } from '../model/chat';
import type { Room } from '../model/room';
import { store, stored } from '../model/storage';
import { roomTitle } from './room-title';

export interface Group {
  readonly key: 'favourites' | 'rooms' | 'direct' | `section-${number}`;
  /** One of my own; null for those that everybody has. */
  readonly section: Section | null;
  readonly rooms: readonly Room[];
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/** Favourites first, then my own sections, the other rooms, and the other direct messages. */
export function groupsOf({ rooms, sections, people }: Chat): readonly Group[] {
  const placed = new Map<string, Room[]>();
  const own = new Set(sections.value.map(({ id }) => id));
  for (const room of rooms.value.values()) {
    const key = keyOf(room, own);
    const there = placed.get(key);
    if (there) there.push(room);
    else placed.set(key, [room]);
  }
  const byTitle = (key: string) => {
    const titled = (placed.get(key) ?? []).map((room) => ({ room, title: roomTitle(room, people) }));
    return titled.sort((a, b) => collator.compare(a.title, b.title)).map(({ room }) => room);
  };
  // The conversation with the newest message comes first.
  const direct = (placed.get('direct') ?? []).sort(
    (a, b) => b.lastMessageAt.value - a.lastMessageAt.value || b.id - a.id,
  );
  return [
    { key: 'favourites', section: null, rooms: byTitle('favourites') },
    ...sections.value.map((section): Group => {
      const key = `section-${section.id}` as const;
      return { key, section, rooms: byTitle(key) };
    }),
    { key: 'rooms', section: null, rooms: byTitle('rooms') },
    { key: 'direct', section: null, rooms: direct },
  ];
}

function keyOf({ own, kind }: Room, sections: ReadonlySet<number>): string {
  if (own.favourite.value) return 'favourites';
  if (sections.has(own.section.value)) return `section-${own.section.value}`;
  return kind === 'direct' ? 'direct' : 'rooms';
}

/** What is closed in the sidebar, by the groups' keys. */
const closed = signal<ReadonlySet<string>>(new Set());

/** Takes up what was closed in this browser the last time, until the function returned is called. */
export function keepClosed(user: number): () => void {
  const key = `closed.${user}`;
  closed.value = new Set((stored(key) ?? '').split(' ').filter((one) => one !== ''));
  return effect(() => store(key, closed.value.size === 0 ? null : [...closed.value].join(' ')));
}

export function isClosed({ key }: Group): boolean {
  return closed.value.has(key);
}

export function toggle({ key }: Group): void {
  const next = new Set(closed.peek());
  if (!next.delete(key)) next.add(key);
  closed.value = next;
}

/** The rooms of a group that are shown: of a closed one, those that call for me, and the one that is open. */
export function shownIn(group: Group, { openId }: Chat): readonly Room[] {
  if (!isClosed(group)) return group.rooms;
  return group.rooms.filter((room) => isShownAnyway(room, openId.value));
}

function isShownAnyway({ id, weight }: Room, open: number | null): boolean {
  const { bold, badge, dim } = weight.value;
  return id === open || bold || (badge > 0 && !dim);
}
