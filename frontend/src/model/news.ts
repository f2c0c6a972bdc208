/** Puts what the chat's events tell where it belongs. */
import type { ChatEvent } from '../api/events';
import type { RoomEntry } from '../api/records';
import type { Chat } from './chat';
import { directoryChanged } from './directory';
import { reportsChanged } from './open-reports';
import type { Room } from './room';

/**
 * `room` is the one on whose topic the event came, when it came on a room's topic and the room is mine; `seq` is the
 * event's position in the topic.
 */
export function takeEvent(chat: Chat, room: Room | undefined, event: ChatEvent, seq: number): void {
  if (room) takeRoomEvent(chat, room, event, seq);
  else takeOtherEvent(chat, event);
}

function takeRoomEvent(chat: Chat, room: Room, event: ChatEvent, seq: number): void {
  switch (event.kind) {
    case 'message':
      room.receive(event.message);
      chat.tell((listener) => listener.message?.(room, event.message));
      break;
    case 'message-edited':
      room.edited(event.message, seq);
      break;
    case 'reactions-changed':
      room.messages.reacted(event.number, event.reactions, seq, chat.me.id);
      break;
    case 'pins-changed':
      room.messages.pinned(event.number, event.pinned, seq);
      break;
    case 'join':
    case 'leave':
      room.takeMember(event);
      break;
    case 'room-changed':
      chat.change(room, event.room);
      break;
    case 'member-changed':
      room.roster.changed();
      break;
    case 'messages-deleted':
      room.hide(event.numbers);
      break;
    case 'messages-undeleted':
      room.restore(event.numbers);
      break;
    default:
      break;
  }
  if (changing.has(event.kind)) chat.tell((listener) => listener.changed?.(room, event));
}

/** What happens to messages that are there. */
const changing: ReadonlySet<ChatEvent['kind']> = new Set<ChatEvent['kind']>([
  'message-edited',
  'pins-changed',
  'messages-deleted',
  'messages-undeleted',
]);

function takeOtherEvent(chat: Chat, event: ChatEvent): void {
  switch (event.kind) {
    case 'room-added':
      addRoom(chat, event.room);
      break;
    case 'room-role-changed':
    case 'membership-changed':
      chat.add(event.room);
      break;
    case 'room-removed':
      chat.remove(event.room_id);
      break;
    case 'directory-changed':
      directoryChanged(event.room_id);
      break;
    case 'user-added':
    case 'user-changed':
      chat.people.put(event.user);
      break;
    case 'me-changed':
      // What I may do and see may be another now.
      chat.people.put(event.user);
      if (event.blocked) chat.people.blocked.value = new Set(event.blocked);
      lookAgain(chat);
      break;
    case 'decided':
      chat.decisions.look();
      break;
    case 'reports-changed':
      reportsChanged();
      break;
    case 'sections-changed':
      lookAgain(chat);
      break;
    case 'workspace-changed':
      chat.workspace.value = event.workspace;
      break;
    default:
      break;
  }
}

function addRoom(chat: Chat, entry: RoomEntry): void {
  chat.add(entry);
  // A guest may see the people of the new room from now on.
  if (!chat.may('see-directory')) lookAgain(chat);
}

function lookAgain(chat: Chat): void {
  chat.renew().catch(() => {
    // Signed out is noticed elsewhere; otherwise the next overview tells.
  });
}
