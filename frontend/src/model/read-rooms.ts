/** Marks many rooms as read, a few at a time: the server may have to hear of hundreds. */
import type { Chat } from './chat';
import type { Room } from './room';

/** So many are told at once. */
const AT_ONCE = 4;

/** Each is shown as read once the server has taken it. Fails when the server cannot be told. */
export async function readRooms(chat: Chat, rooms: readonly Room[]): Promise<void> {
  const rest = rooms.filter((room) => room.unread.peek() > 0 || room.reading.mentions.count.peek() > 0);
  const work = async () => {
    for (let room = rest.shift(); room; room = rest.shift()) await readRoom(chat, room);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

async function readRoom({ api }: Chat, room: Room): Promise<void> {
  const { end } = room.reading;
  room.reading.heardRead({ ...end, ...(await api.markRead(room.id, end.number)), number: end.number });
}
