/** What can be completed in a place, as options of a list. */
import type { ComponentChildren } from 'preact';
import type { DirectoryRoom, User } from '../../api/records';
import type { Chat } from '../../model/chat';
import { best, type CompletionKind, mentionable, type Query } from '../../model/completion';
import { chosenTone, type EmojiGroup, findEmoji, recentEmoji, toned, useEmoji } from '../../model/emoji';
import { fit } from '../../model/fuzzy';
import type { Room } from '../../model/room';
import { composing as t } from '../../texts/composing';
import { Icon } from '../../view/icons';
import { AvatarWithDot } from '../presence';
import { commandsFor } from './commands';

export interface Option {
  readonly key: string;
  /** What takes the place of what was typed. */
  readonly word: string;
  /** A word that is followed by a space. */
  readonly spaced: boolean;
  readonly sign: ComponentChildren;
  readonly label: string;
  readonly hint: string;
  readonly chosen?: () => void;
}

/** What the lists are made of. */
export interface Sources {
  readonly chat: Chat;
  readonly room: Room;
  readonly thread: boolean;
  /** Members of a large room that were asked for by the name. */
  readonly members: readonly User[];
  /** Public rooms, as far as they were asked for. */
  readonly directory: readonly DirectoryRoom[];
  /** Null until they are loaded. */
  readonly emoji: readonly EmojiGroup[] | null;
  readonly most: number;
}

export function optionsFor(query: Query, sources: Sources): readonly Option[] {
  return lists[query.kind](query.text, sources);
}

const lists: Readonly<Record<CompletionKind, (query: string, sources: Sources) => readonly Option[]>> = {
  person: people,
  room: rooms,
  emoji,
  command,
};

function people(query: string, { chat, room, members, most }: Sources): readonly Option[] {
  const known = room.kind === 'direct' ? directMembers(chat, room) : (room.roster.members.peek() ?? []);
  const inside = new Map<number, User>([...known, ...members].map((user) => [user.id, user]));
  const may = (user: User) => user.id !== chat.me.id && !user.deactivated;
  const others = [...chat.people.all.peek().values()].filter((user) => !inside.has(user.id));
  const all = room.kind !== 'direct' && chat.mayIn(room, 'mention-room');
  return mentionable(query, [...inside.values()].filter(may), others.filter(may), all, most).map((one) =>
    one.kind === 'everybody'
      ? {
          key: one.name,
          word: `@${one.name}`,
          spaced: true,
          sign: <Icon name="people" />,
          label: `@${one.name}`,
          hint: t.everybody[one.name],
        }
      : {
          key: String(one.person.id),
          word: `@${one.person.username}`,
          spaced: true,
          sign: (
            <AvatarWithDot id={one.person.id} name={one.person.display_name} size="small" sight={false} />
          ),
          label: one.person.display_name,
          hint: one.inside ? `@${one.person.username}` : `@${one.person.username} · ${t.outside}`,
        },
  );
}

function directMembers(chat: Chat, room: Room): readonly User[] {
  return room.directIds.flatMap((id) => chat.people.all.peek().get(id) ?? []);
}

function rooms(query: string, { chat, directory, most }: Sources): readonly Option[] {
  const mine = [...chat.rooms.peek().values()].filter((room) => room.kind !== 'direct');
  const ids = new Set(mine.map(({ id }) => id));
  const named = [
    ...mine.map((room) => ({ id: room.id, name: room.name.peek(), kind: room.kind, joined: true })),
    ...directory
      .filter(({ id }) => !ids.has(id))
      .map(({ id, name, kind }) => ({ id, name, kind, joined: false })),
  ];
  const found = best(query, named, (text, { name, joined }) => {
    const value = fit(text, name);
    return value === null ? null : value + (joined ? NEAR : 0);
  });
  return found.slice(0, most).map(({ id, name, kind, joined }) => ({
    key: String(id),
    word: `#${name}`,
    spaced: true,
    sign: <Icon name={kind === 'private' ? 'lock' : 'hash'} />,
    label: name,
    hint: joined ? '' : t.joinable,
  }));
}

/** What it counts for a room that I am in it. */
const NEAR = 10;

function emoji(query: string, { emoji: groups, most }: Sources): readonly Option[] {
  if (!groups) return [];
  const recent = recentEmoji();
  const found = findEmoji(groups, query, most * 3).map((one) => ({ one, char: toned(one, chosenTone()) }));
  const exact = found.filter(({ one }) => one.codes.includes(query.toLowerCase()));
  const used = found.filter((each) => recent.includes(each.char));
  return [...new Set([...exact, ...used, ...found])].slice(0, most).map(({ one, char }) => ({
    key: one.char,
    word: char,
    spaced: false,
    sign: <span class="completion-emoji">{char}</span>,
    label: `:${one.codes[0] ?? one.name}:`,
    hint: '',
    chosen: () => useEmoji(char),
  }));
}

function command(query: string, { chat, room, thread }: Sources): readonly Option[] {
  return commandsFor(chat, room, thread)
    .filter((name) => name.startsWith(query.toLowerCase()))
    .map((name) => {
      const [what, does] = t.commands[name];
      return {
        key: name,
        word: `/${name}`,
        spaced: true,
        sign: <span class="completion-slash">/</span>,
        label: what === '' ? `/${name}` : `/${name} ${what}`,
        hint: does,
      };
    });
}
