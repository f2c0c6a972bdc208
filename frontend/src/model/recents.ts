/** The rooms that were open last in this browser, the newest first. */
import { store, stored } from './storage';

const MOST = 30;

export function recentRooms(user: number): readonly number[] {
  return (stored(key(user)) ?? '')
    .split(' ')
    .map(Number)
    .filter((id) => id > 0);
}

export function rememberRoom(user: number, room: number): void {
  const rest = recentRooms(user).filter((id) => id !== room);
  store(key(user), [room, ...rest].slice(0, MOST).join(' '));
}

function key(user: number): string {
  return `recent.${user}`;
}
