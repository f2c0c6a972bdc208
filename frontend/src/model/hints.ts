/** Puts what the server hints where it belongs. */
import type { Hint } from '../api/hints';
import type { Chat } from './chat';

export function takeHint(chat: Chat, hint: Hint): void {
  const room = chat.rooms.peek().get(hint.room_id);
  switch (hint.kind) {
    case 'read':
      if (hint.back) room?.reading.unreadAfter(hint);
      else room?.reading.heardRead(hint);
      break;
    case 'typing':
      room?.typing.take(hint);
      break;
    case 'draft':
      chat.drafts.hinted(hint);
      break;
    case 'thread':
      chat.threads.replied(room, hint);
      break;
    case 'saved':
      chat.saved.heard(hint);
      break;
    case 'thread-read':
      chat.threads.read(hint);
      break;
    default:
      break;
  }
  chat.tell((listener) => listener.hint?.(hint));
}
