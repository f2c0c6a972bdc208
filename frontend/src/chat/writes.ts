import { useEffect } from 'preact/hooks';
import { now } from '../model/now';
import type { Room } from '../model/room';
import { useChat } from './context';

/** Whether I may write in a room at this moment, as the room is told. */
export function useWrites(room: Room): boolean {
  const chat = useChat();
  const writes = chat.mayIn(room, 'post-message') && !isMuted(room);
  useEffect(() => room.writing.permit(writes), [room, writes]);
  return writes;
}

/** Whether I am muted at this moment: an end passes by itself. */
function isMuted({ muted, mutedUntil }: Room): boolean {
  return muted.value && (mutedUntil.value === null || mutedUntil.value > now.value);
}
