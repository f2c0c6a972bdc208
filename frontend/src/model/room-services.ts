/** What the chat does for one of its rooms. */
import { Unreachable } from '../api/http';
import type { Message } from '../api/records';
import type { Api, Chat, ChatContext } from './chat';
import type { OpenRoom } from './open-room';
import type { Room, RoomServices } from './room';
import type { Unsent } from './unsent';

export function roomServices(
  chat: Chat,
  room: Room,
  { api, isStillMe }: Pick<ChatContext, 'api' | 'isStillMe'>,
  open: OpenRoom,
  unsent: Unsent,
): RoomServices {
  const { id, topic } = room;
  return {
    history: (query) => api.history(id, query),
    send: async (...message) => {
      if (isStillMe?.() === false) throw new Unreachable(new Error('signed out'));
      return send(chat, api, id, ...message);
    },
    sharedOutbox: unsent.sender,
    edit: (number, body) => api.editMessage(id, number, body),
    message: (number) => api.message(id, number),
    react: (number, emoji, on) => api.react(id, number, emoji, on),
    markUnread: (number) => api.markUnread(id, number),
    markRead: (number) => api.markRead(id, number),
    members: (wanted) => api.members(id, wanted),
    typing: () => chat.client.typing(topic),
    isLeftAlone: () => open.id.peek() === id && !open.isSeen(room),
    uncertain: () => chat.feed.askFigures(room),
    overdue: () => chat.feed.follows(room) && chat.client.look(),
  };
}

async function send(chat: Chat, api: Api, ...message: Parameters<Api['send']>): Promise<Message> {
  try {
    return await api.send(...message);
  } catch (error) {
    // A server that is gone is noticed by whoever writes first, long before the channel's silence tells.
    const listening = chat.connection.state.peek().phase === 'listening';
    if (error instanceof Unreachable && listening) chat.client.retryNow();
    throw error;
  }
}
