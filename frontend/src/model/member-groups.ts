/** The order of a room's members on the screen, and how it stays calm while somebody aims at one of them. */
import type { Member } from '../api/records';

export type Groups = readonly [here: readonly Member[], offline: readonly Member[]];

const collator = new Intl.Collator(undefined, { sensitivity: 'base' });

export function byName(entries: readonly Member[]): readonly Member[] {
  return [...entries].sort((a, b) => collator.compare(a.display_name, b.display_name));
}

/** Those who are here by name, and the others. */
export function grouped(entries: readonly Member[], isHere: (id: number) => boolean): Groups {
  const sorted = byName(entries);
  return [sorted.filter(({ id }) => isHere(id)), sorted.filter(({ id }) => !isHere(id))];
}

/** Whose entries stay where they are: all of them, that of one user, or none. */
export type Staying = 'all' | number | null;

/** The present members: those who stay in the group where they were before, the others where they belong. */
export function asBefore([here, offline]: Groups, before: Groups, staying: Staying): Groups {
  const [wasHere, wasOffline] = before.map(
    (group) => new Set(group.map(({ id }) => id).filter((id) => staying === 'all' || id === staying)),
  );
  const stays = [
    ...here.filter(({ id }) => !wasOffline?.has(id)),
    ...offline.filter(({ id }) => wasHere?.has(id)),
  ];
  const stay = new Set(stays.map(({ id }) => id));
  return [byName(stays), byName([...here, ...offline].filter(({ id }) => !stay.has(id)))];
}

/** The rows as they are now, with those who stay; when all do, those that came stand below. */
export function rowsAsBefore(
  rows: readonly Member[],
  before: readonly Member[],
  staying: Staying,
): readonly Member[] {
  const now = new Map(rows.map((row) => [row.id, row]));
  if (staying !== 'all') return withRow(rows, before, staying, now);
  const kept = new Set(before.map(({ id }) => id));
  return [...before.map((row) => now.get(row.id) ?? row), ...rows.filter(({ id }) => !kept.has(id))];
}

/** The rows, and that of one who has gone from them, below whom it stood. */
function withRow(
  rows: readonly Member[],
  before: readonly Member[],
  staying: number | null,
  now: ReadonlyMap<number, Member>,
): readonly Member[] {
  const at = before.findIndex(({ id }) => id === staying);
  const row = before[at];
  if (!row || now.has(row.id)) return rows;
  const above = before.slice(0, at).findLast(({ id }) => now.has(id));
  const to = rows.findIndex(({ id }) => id === above?.id) + 1;
  return [...rows.slice(0, to), row, ...rows.slice(to)];
}
