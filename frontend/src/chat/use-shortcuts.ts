/** The shortcuts for moving around. */
import { loadPart } from '../load-part';
import { useMemo } from 'preact/hooks';
import type { Chat } from '../model/chat';
import type { Room } from '../model/room';
import { roomPath } from '../model/route';
import { navigate } from '../model/router';
import { openSettings } from '../model/settings-place';
import { ranks } from '../model/shortcuts';
import { toast } from '../model/toasts';
import { sentence } from '../view/sentence';
import { groupsOf, shownIn } from './groups';
import { closeThread } from './room-header';
import { useShortcut } from './shortcuts';
import { dialog, membersShown, showMembers } from './ui';

export function useMoving(chat: Chat): void {
  const take = useMemo(() => actions(chat), [chat]);
  useShortcut('switcher', take.switcher);
  useShortcut('previous-room', take.previous);
  useShortcut('next-room', take.next);
  useShortcut('previous-unread', take.previousUnread);
  useShortcut('next-unread', take.nextUnread);
  useShortcut('unread', take.unread);
  useShortcut('threads', take.threads);
  useShortcut('saved', take.saved);
  useShortcut('browse', take.browse);
  useShortcut('members', take.members);
  useShortcut('settings', openSettings);
  useShortcut('help', take.help);
  useShortcut('help-reading', take.help);
  useShortcut('back', take.back, ranks.room);
  useShortcut('read-all', take.readAll);
  useShortcut('newest', take.newest);
}

function actions(chat: Chat) {
  const show = (name: 'switcher' | 'shortcuts' | 'browse') => () => {
    dialog.value = { name };
  };
  return {
    switcher: show('switcher'),
    help: show('shortcuts'),
    browse: () => chat.may('see-directory') && show('browse')(),
    previous: () => step(chat, -1, () => true),
    next: () => step(chat, 1, () => true),
    previousUnread: () => step(chat, -1, isUnread),
    nextUnread: () => step(chat, 1, isUnread),
    unread: () => navigate('/unread'),
    threads: () => navigate('/threads'),
    saved: () => navigate('/saved'),
    members: () => toggleMembers(chat.openRoom.peek()),
    back: () => readOpen(chat),
    readAll: () => readEverything(chat),
    newest: () => jump(chat.openRoom.peek()),
  };
}

/** As its button does. False when there is no room. */
function toggleMembers(room: Room | null): boolean {
  if (room) showMembers(closeThread(room) || !membersShown.peek());
  return room !== null;
}

function isUnread({ weight }: Room): boolean {
  return weight.peek().bold;
}

/** Goes to the next room of the sidebar that fits; from the last one to the first. */
function step(chat: Chat, by: 1 | -1, fits: (room: Room) => boolean): boolean {
  const rooms = groupsOf(chat).flatMap((group) => shownIn(group, chat));
  const open = chat.openId.peek();
  const at = rooms.findIndex(({ id }) => id === open);
  const turned = by === 1 ? [...rooms.slice(at + 1), ...rooms.slice(0, at + 1)] : backwards(rooms, at);
  const next = turned.find((room) => room.id !== open && fits(room));
  if (next) navigate(roomPath(next.id));
  return true;
}

function backwards(rooms: readonly Room[], at: number): readonly Room[] {
  const from = Math.max(0, at);
  return [...rooms.slice(0, from).reverse(), ...rooms.slice(from).reverse()];
}

function isCaughtUp(room: Room): boolean {
  return room.unread.peek() === 0 && room.reading.divider.peek() === null && room.atBottom.peek();
}

/** Everything in the open room is read, and its newest message is shown. False when that is so. */
function readOpen(chat: Chat): boolean {
  const room = chat.openRoom.peek();
  if (!room || isCaughtUp(room)) return false;
  room.reading.readAll();
  room.reading.divider.value = null;
  jump(room);
  return true;
}

function jump(room: Room | null): boolean {
  room?.jumpToNewest().catch(() => {
    // What is loaded stays; the room's state says so.
  });
  return room !== null;
}

function readEverything(chat: Chat): void {
  loadPart('read-rooms', () => import('../model/read-rooms'))
    .then(({ readRooms }) => readRooms(chat, [...chat.rooms.peek().values()]))
    .catch((error: unknown) => toast(sentence(error), { bad: true }));
}
