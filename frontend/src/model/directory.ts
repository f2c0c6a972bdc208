/** What the page knows of the public rooms. */
import type { DirectoryRoom, Page } from '../api/records';
import type { LoadPage } from './paged';

/** So many pages are asked for at most, of so many rooms each. */
const PAGES = 5;
const LIMIT = 200;

/** So many rooms are looked through at most. */
export const MOST_LOOKED_THROUGH = PAGES * LIMIT;

const listeners = new Set<(room: number) => void>();

/** Tells of each public room that is new, looks different or is public no longer, until the answer is called. */
export function whenDirectoryChanges(listener: (room: number) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function directoryChanged(room: number): void {
  for (const listener of listeners) listener(room);
}

/** The public rooms, as many as are looked through. */
export async function publicRooms(load: LoadPage<DirectoryRoom>): Promise<readonly DirectoryRoom[]> {
  const all: DirectoryRoom[] = [];
  let after: string | null = null;
  for (let asked = 0; asked < PAGES; asked++) {
    const { items, next }: Page<DirectoryRoom> = await load({ after, limit: LIMIT });
    all.push(...items);
    if (next === null) break;
    after = next;
  }
  return all;
}

/** `none` when there is no public room of this id, `not-seen` when there are more rooms than were looked through. */
export async function findPublicRoom(
  id: number,
  load: LoadPage<DirectoryRoom>,
): Promise<DirectoryRoom | 'none' | 'not-seen'> {
  let after: string | null = null;
  for (let asked = 0; asked < PAGES; asked++) {
    const { items, next }: Page<DirectoryRoom> = await load({ after, limit: LIMIT });
    const found = items.find((room) => room.id === id);
    if (found) return found;
    if (next === null) return 'none';
    after = next;
  }
  return 'not-seen';
}
