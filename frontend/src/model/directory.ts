/** Looks for a room that I am not in among the public ones. */
import type { DirectoryRoom, Page } from '../api/records';
import type { LoadPage } from './paged';

/** So many pages are asked for at most, of so many rooms each. */
const PAGES = 5;
const LIMIT = 200;

/** So many rooms are looked through at most. */
export const MOST_LOOKED_THROUGH = PAGES * LIMIT;

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
