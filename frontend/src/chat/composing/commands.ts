/** What is done by messages that begin with a slash. */
import { changeRoom } from '../../api/admin';
import { addMember, directory, joinRoom } from '../../api/routes';
import type { Chat } from '../../model/chat';
import type { Command } from '../../model/command';
import type { Compose } from '../../model/compose';
import { isolate } from '../../model/format';
import { choosePresence, setStatus } from '../../model/own-state';
import type { Room } from '../../model/room';
import { roomPath } from '../../model/route';
import { navigate } from '../../model/router';
import { toast } from '../../model/toasts';
import { composing as t } from '../../texts/composing';
import { sentence } from '../../view/sentence';
import { roomTitle } from '../room-title';
import { dialog } from '../ui';

export type CommandName = keyof typeof t.commands;

interface Ground {
  readonly chat: Chat;
  readonly room: Room;
  readonly rest: string;
  readonly send: (body: string) => void;
}

interface Action {
  /** It is about the room, so it has no place in a thread. */
  readonly ofRoom?: boolean;
  /** Whether I may use it here. */
  may?(chat: Chat, room: Room): boolean;
  /** Does it. Gives a sentence when something is missing or wrong. */
  run(ground: Ground): Promise<string | null> | string | null;
}

const named = (room: Room) => room.kind !== 'direct';

const actions: Readonly<Record<CommandName, Action>> = {
  topic: {
    ofRoom: true,
    may: (chat, room) => named(room) && chat.mayIn(room, 'change-room'),
    run: async ({ room, rest }) => {
      if (rest === '') return t.needsText.topic;
      room.change(await changeRoom(room.id, { topic: rest }));
      toast(t.topicSet);
      return null;
    },
  },
  invite: {
    ofRoom: true,
    may: (chat, room) => named(room) && chat.mayIn(room, 'add-member'),
    run: invite,
  },
  join: { may: (chat) => chat.may('see-directory'), run: join },
  leave: {
    ofRoom: true,
    may: (chat, room) => named(room) && chat.mayIn(room, 'leave-room'),
    run: ({ room }) => {
      dialog.value = { name: 'leave', room };
      return null;
    },
  },
  status: {
    run: async ({ chat, rest }) => {
      await setStatus(chat, '', rest, null);
      toast(rest === '' ? t.statusCleared : t.statusSet);
      return null;
    },
  },
  dnd: {
    run: async ({ chat }) => {
      await choosePresence(chat, 'do-not-disturb');
      toast(t.dnd);
      return null;
    },
  },
  back: {
    run: async ({ chat }) => {
      await choosePresence(chat, 'automatic');
      toast(t.back);
      return null;
    },
  },
  shrug: {
    run: ({ rest, send }) => {
      send(`${rest} ${SHRUG}`.trim());
      return null;
    },
  },
};

/** With the backslashes that Markdown wants. */
const SHRUG = '¯\\\\\\_(ツ)\\_/¯';

const names = Object.keys(actions) as CommandName[];

/** The commands that I may use in a place. */
export function commandsFor(chat: Chat, room: Room, thread: boolean): readonly CommandName[] {
  return names.filter((name) => {
    const { may, ofRoom } = actions[name];
    return !(thread && ofRoom) && (may?.(chat, room) ?? true);
  });
}

/** Does what a command says. Gives a sentence, and leaves what was written, when that cannot be. */
export async function runCommand(
  chat: Chat,
  room: Room,
  compose: Compose,
  { name, rest }: Command,
): Promise<string | null> {
  const known = names.find((one) => one === name);
  if (!known) return t.unknown(name);
  const { may, ofRoom, run } = actions[known];
  if (ofRoom && compose.thread > 0) return t.notInThread(name);
  if (may && !may(chat, room)) return t.mayNot(name);
  const written = compose.text.peek();
  let sent = false;
  const send = (body: string) => {
    sent = true;
    compose.send(body);
  };
  try {
    const wrong = await run({ chat, room, rest, send });
    if (wrong === null && !sent && compose.text.peek() === written) compose.write('');
    return wrong;
  } catch (error) {
    return sentence(error);
  }
}

async function invite({ chat, room, rest }: Ground): Promise<string | null> {
  const username = rest.replace(/^@/, '').toLowerCase();
  if (username === '') return t.needsText.invite;
  const user = [...chat.people.all.peek().values()].find((one) => one.username.toLowerCase() === username);
  if (!user) return t.nobody(isolate(rest));
  const name = isolate(user.display_name);
  if (room.has(user.id)) return t.inside(name);
  await addMember(room.id, user.id);
  toast(t.added(name, isolate(roomTitle(room, chat.people))));
  return null;
}

async function join({ chat, rest }: Ground): Promise<string | null> {
  const name = rest.replace(/^#/, '').toLowerCase();
  if (name === '') return t.needsRoom;
  const mine = [...chat.rooms.peek().values()].find((one) => one.name.peek().toLowerCase() === name);
  if (mine) {
    navigate(roomPath(mine.id));
    return null;
  }
  const found = await findRoom(name);
  if (found === null) return t.noRoom(isolate(rest));
  navigate(roomPath(chat.add(await joinRoom(found)).id));
  return null;
}

/** The id of the public room of a name, whatever page of the directory it stands on; null for none. */
async function findRoom(name: string): Promise<number | null> {
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof directory>> = await directory({ after });
    const found = page.items.find((room) => room.name.toLowerCase() === name);
    if (found) return found.id;
    after = page.next;
  } while (after !== null);
  return null;
}
