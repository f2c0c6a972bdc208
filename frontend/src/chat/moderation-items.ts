/** What can be done about a person or a message, as entries of a menu. */
import { changeRoomRole } from '../api/admin';
import { passes } from '../api/http';
import * as moderation from '../api/moderation';
import type { Author, Member, RoomRole } from '../api/records';
import type { Chat } from '../model/chat';
import { isolate } from '../model/format';
import { givableRoomRoles, mayActOn, mayManage, mayTakeOver } from '../model/moderation';
import type { Room } from '../model/room';
import { toast } from '../model/toasts';
import { memberMenuTexts, roomRolesTexts, roomSettingsTexts } from '../texts/admin';
import { moderationTexts } from '../texts/moderation';
import { sentence } from '../view/sentence';
import type { IconName } from '../view/icons';
import type { MenuItem } from '../view/menu';
import { dialog, type ModerationAct } from './ui';

const t = moderationTexts;

/** What I may do about a message that the server has. */
export function messageItems(chat: Chat, room: Room, author: Author, number: number): readonly MenuItem[] {
  const own = author.id === chat.me.id;
  const items: MenuItem[] = [];
  if (chat.mayIn(room, own ? 'delete-own-message' : 'delete-message')) {
    items.push({
      label: t.delete,
      icon: 'close',
      testid: 'delete-message',
      run: () => void deleteMessage(room, number, own),
    });
  }
  if (own) return items;
  items.push(entry('report', t.report, { room, user: author, number }));
  return [...items, ...personItems(chat, room, author)];
}

/** What I may do about a member of a room: what they are in it, and all that I may do about a person. */
export function memberItems(chat: Chat, room: Room, member: Member): readonly MenuItem[] {
  const name = isolate(chat.people.name(member.id) || member.display_name);
  const roles = givableRoomRoles(chat, room, member).map(
    (role): MenuItem => ({
      label: memberMenuTexts.make[role],
      icon: role === 'member' ? 'person' : 'shield',
      testid: `make-${role}`,
      run: () => void attempt(() => giveRole(room, member, role, name)),
    }),
  );
  const handOver = mayTakeOver(chat, room, member) ? [handOverItem(room, member)] : [];
  return [...roles, ...handOver, ...personItems(chat, room, member)];
}

function handOverItem(room: Room, user: Author): MenuItem {
  return {
    label: roomSettingsTexts.handOver,
    icon: 'forward',
    testid: 'hand-over-room',
    run: () => {
      dialog.value = { name: 'room-hand-over', room, user };
    },
  };
}

/** What I may do about somebody, and, with a room, about what they are and do in it. */
export function personItems(chat: Chat, room: Room | null, user: Author): readonly MenuItem[] {
  if (user.id === chat.me.id) return [];
  const items = room ? roomItems(chat, room, user) : [];
  if (maySuspend(chat, room, user)) items.push(suspendItem(user));
  items.push(blockItem(chat, user));
  return items.map((item, i) => ({ ...item, apart: i === 0 }));
}

function roomItems(chat: Chat, room: Room, user: Author): MenuItem[] {
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
  return items;
}

/** By their role; the server judges about people of whom this page knows none. */
function maySuspend(chat: Chat, room: Room | null, { id }: Author): boolean {
  const known = chat.people.all.peek().get(id) ?? room?.roster.find(id);
  return mayManage(chat, known?.role ?? 'member') && !chat.people.deactivated(id);
}

function suspendItem(user: Author): MenuItem {
  return {
    label: t.suspend,
    icon: 'lock',
    testid: 'suspend-person',
    run: () => {
      dialog.value = { name: 'suspend', user };
    },
  };
}

async function giveRole(room: Room, member: Member, role: RoomRole, name: string): Promise<void> {
  await changeRoomRole(room.id, member.id, role);
  room.roster.put({ ...member, room_role: role });
  toast(memberMenuTexts.made(name, roomRolesTexts[role]));
}

const icons: Readonly<Record<ModerationAct, IconName>> = {
  report: 'alert',
  purge: 'close',
  mute: 'clock',
  remove: 'leave',
  ban: 'shield',
};

function entry(
  act: ModerationAct,
  label: string,
  about: { room: Room; user: Author; number?: number },
): MenuItem {
  return {
    label,
    icon: icons[act],
    testid: act === 'remove' ? 'remove-member' : `${act}-person`,
    run: () => {
      dialog.value = { name: 'moderate', act, number: null, ...about };
    },
  };
}

function unmuteItem(room: Room, user: Author): MenuItem {
  return {
    label: t.endMute,
    icon: 'clock',
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
export async function deleteMessage(room: Room, number: number, own: boolean): Promise<void> {
  await attempt(async () => {
    const { deletion, undo_until } = await moderation.deleteMessage(room.id, number);
    room.hide([number]);
    if (own && undo_until !== null) room.messages.ownDeletions.add(number, deletion);
    toast(t.deleted, undo_until === null ? {} : { action: undo([deletion], t.undone) });
  });
}

/** Takes deletions back. One that fails can be tried again, unless the server has decided against it. */
export function undo(deletions: readonly number[], done: string): { label: string; run: () => void } {
  return {
    label: t.undo,
    run: () => void takeBack([...deletions], done),
  };
}

export async function takeBack(left: number[], done = t.undone): Promise<void> {
  try {
    for (const id of [...left]) {
      await moderation.undoDeletion(id);
      left.shift();
    }
    toast(done);
  } catch (error) {
    toast(sentence(error), { bad: true, action: passes(error) ? undo(left, done) : null });
  }
}

async function attempt(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    toast(sentence(error), { bad: true });
  }
}
