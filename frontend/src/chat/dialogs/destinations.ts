/** Where the switcher can lead: my rooms, people, and public rooms that I am not in. */
import type { DirectoryRoom, User } from '../../api/records';
import type { Chat } from '../../model/chat';
import { fit } from '../../model/fuzzy';
import { recentRooms } from '../../model/recents';
import type { Room } from '../../model/room';
import { othersIn, roomTitle } from '../room-title';

export type Destination =
  | { readonly kind: 'room'; readonly room: Room; readonly title: string }
  | { readonly kind: 'person'; readonly user: User; readonly title: string }
  | { readonly kind: 'public'; readonly room: DirectoryRoom; readonly title: string };

/** Shown at once; typing narrows it down. */
const SHOWN = 40;

/** What counts beside how well a name fits. */
const BONUS = { mentioned: 6, unread: 4, recent: 2, mine: 1.5, quiet: -1 };

/**
 * The best first: those with something for me, those I was in last. `more` are public rooms, mine among them. `fits` says
 * what comes into question: when it is left out, all but the room that is open.
 */
export function destinations(
  chat: Chat,
  query: string,
  more: readonly DirectoryRoom[],
  fits: (one: Destination) => boolean = (one) => one.kind !== 'room' || one.room.id !== chat.openId.value,
): readonly Destination[] {
  const recent = recentRooms(chat.me.id);
  const all: Destination[] = [...myRooms(chat), ...(query.trim() === '' ? [] : others(chat, more))];
  const scored = all.filter(fits).flatMap((one) => {
    const score = scoreOf(one, query);
    return score === null ? [] : [{ one, score: score + bonus(one, recent) }];
  });
  return scored
    .sort((a, b) => b.score - a.score || a.one.title.localeCompare(b.one.title))
    .slice(0, SHOWN)
    .map(({ one }) => one);
}

function myRooms({ rooms, people }: Chat): Destination[] {
  return [...rooms.value.values()].map((room) => ({ kind: 'room', room, title: roomTitle(room, people) }));
}

function others(chat: Chat, more: readonly DirectoryRoom[]): Destination[] {
  const rooms = more
    .filter(({ id }) => !chat.rooms.value.has(id))
    .map((room): Destination => ({ kind: 'public', room, title: room.name }));
  return chat.may('open-direct') ? [...people(chat), ...rooms] : rooms;
}

/** Those with whom I have no conversation yet: of the others the conversation is there. */
function people(chat: Chat): Destination[] {
  const known = new Set<number>();
  for (const room of chat.rooms.value.values()) {
    const [only = chat.me.id, ...rest] = othersIn(room, chat.people);
    if (room.kind === 'direct' && rest.length === 0) known.add(only);
  }
  return [...chat.people.all.value.values()]
    .filter(({ id, deactivated }) => !deactivated && !known.has(id))
    .map((user) => ({ kind: 'person', user, title: user.display_name }));
}

function scoreOf(one: Destination, query: string): number | null {
  const names = [one.title, ...(one.kind === 'person' ? [one.user.username] : [])];
  const scores = names.map((name) => fit(query, name)).filter((score) => score !== null);
  return scores.length === 0 ? null : Math.max(...scores);
}

function bonus(one: Destination, recent: readonly number[]): number {
  if (one.kind !== 'room') return 0;
  const { badge, bold, dim } = one.room.weight.value;
  const place = recent.indexOf(one.room.id);
  const visited = place < 0 ? 0 : BONUS.recent * (1 - place / (recent.length + 1));
  const called = dim ? BONUS.quiet : badge > 0 ? BONUS.mentioned : bold ? BONUS.unread : 0;
  return BONUS.mine + called + visited;
}
