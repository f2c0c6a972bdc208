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

/** The present members, each in the group where they were before; those who are new, where they belong. */
export function asBefore([here, offline]: Groups, before: Groups): Groups {
  const [wasHere, wasOffline] = before.map((group) => new Set(group.map(({ id }) => id)));
  const stays = [
    ...here.filter(({ id }) => !wasOffline?.has(id)),
    ...offline.filter(({ id }) => wasHere?.has(id)),
  ];
  const stay = new Set(stays.map(({ id }) => id));
  return [byName(stays), byName([...here, ...offline].filter(({ id }) => !stay.has(id)))];
}

/** The rows of before, as they are now, and below them those that came; nobody goes. */
export function rowsAsBefore(rows: readonly Member[], before: readonly Member[]): readonly Member[] {
  const now = new Map(rows.map((row) => [row.id, row]));
  const kept = new Set(before.map(({ id }) => id));
  return [...before.map((row) => now.get(row.id) ?? row), ...rows.filter(({ id }) => !kept.has(id))];
}
