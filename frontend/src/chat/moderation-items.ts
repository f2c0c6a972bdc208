/** What can be done about a person or a message, as entries of a menu. */
import * as moderation from '../api/moderation';
import type { Author } from '../api/records';
import type { Chat } from '../model/chat';
import { isolate } from '../model/format';
import { mayActOn } from '../model/moderation';
import type { Room } from '../model/room';
import { toast } from '../model/toasts';
import { texts } from '../texts';
import { sentence } from '../view/form';
import type { MenuItem } from '../view/menu';
import { dialog, type ModerationAct } from './ui';

const t = texts.moderation;

/** What I may do about a message that the server has. */
export function messageItems(chat: Chat, room: Room, author: Author, number: number): readonly MenuItem[] {
  const own = author.id === chat.me.id;
  const items: MenuItem[] = [];
  if (chat.mayIn(room, own ? 'delete-own-message' : 'delete-message')) {
    items.push({
      label: t.delete,
      icon: 'close',
      testid: 'delete-message',
      run: () => void deleteMessage(room, number),
    });
  }
  if (own) return items;
  items.push(entry('report', t.report, { room, user: author, number }));
  return [...items, ...personItems(chat, room, author)];
}

/** What I may do about somebody whom I see in a room. */
export function personItems(chat: Chat, room: Room, user: Author): readonly MenuItem[] {
  if (user.id === chat.me.id) return [];
  const items: MenuItem[] = [];
  const member = room.roster.find(user.id) ?? { id: user.id, room_role: 'member', muted: false };
  const restrain = mayActOn(chat, room, member, 'restrain-member');
  if (chat.mayIn(room, 'delete-message')) items.push(entry('purge', t.purge, { room, user }));
  if (restrain) {
    if (member.muted) items.push(unmuteItem(room, user));
    else items.push(entry('mute', t.mute, { room, user }));
  }
  if (mayActOn(chat, room, member, 'remove-member')) {
    items.push(entry('remove', t.remove, { room, user }));
  }
  if (restrain) items.push(entry('ban', t.ban, { room, user }));
  items.push(blockItem(chat, user));
  return items.map((item, i) => ({ ...item, apart: i === 0 }));
}

function entry(
  act: ModerationAct,
  label: string,
  about: { room: Room; user: Author; number?: number },
): MenuItem {
  return {
    label,
    icon: act === 'report' ? 'alert' : 'shield',
    testid: act === 'remove' ? 'remove-member' : `${act}-person`,
    run: () => {
      dialog.value = { name: 'moderate', act, number: null, ...about };
    },
  };
}

function unmuteItem(room: Room, user: Author): MenuItem {
  return {
    label: t.endMute,
    icon: 'shield',
    testid: 'end-mute',
    run: () =>
      void attempt(async () => {
        await moderation.endMute(room.id, user.id);
        room.roster.changed();
        toast(t.muteEnded(isolate(user.display_name)));
      }),
  };
}

function blockItem({ people }: Chat, user: Author): MenuItem {
  const name = isolate(user.display_name);
  const blocked = people.blocked.peek().has(user.id);
  const run = async () => {
    await (blocked ? moderation.unblock : moderation.block)(user.id);
    const now = new Set(people.blocked.peek());
    if (blocked) now.delete(user.id);
    else now.add(user.id);
    people.blocked.value = now;
    toast((blocked ? t.unblocked : t.blocked)(name));
  };
  return {
    label: blocked ? t.unblock : t.block,
    ...(blocked ? {} : { hint: t.blockHint }),
    icon: blocked ? 'eye' : 'eyeOff',
    testid: blocked ? 'unblock-person' : 'block-person',
    run: () => void attempt(run),
  };
}

/** At once, and for some minutes there is a way back. */
async function deleteMessage(room: Room, number: number): Promise<void> {
  await attempt(async () => {
    const { deletion, undo_until } = await moderation.deleteMessage(room.id, number);
    room.hide([number]);
    toast(t.deleted, undo_until === null ? {} : { action: undo([deletion], t.undone) });
  });
}

/** Takes deletions back. */
export function undo(deletions: readonly number[], done: string): { label: string; run: () => void } {
  return {
    label: t.undo,
    run: () =>
      void attempt(async () => {
        for (const id of deletions) await moderation.undoDeletion(id);
        toast(done);
      }),
  };
}

async function attempt(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    toast(sentence(error), { bad: true });
  }
}
