import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DirectoryRoom } from '../api/records';
import { findPublicRoom, MOST_LOOKED_THROUGH, whenDirectoryChanges } from './directory';
import type { LoadPage } from './paged';
import { setUp } from './testing/chat-world';

/** A directory of so many rooms with the ids from 1; says how often it was asked. */
function directory(size: number): { load: LoadPage<DirectoryRoom>; asked: () => number } {
  let asked = 0;
  const load: LoadPage<DirectoryRoom> = async ({ after, limit = 100 }) => {
    asked++;
    const from = Number(after ?? 0);
    const ids = Array.from({ length: Math.min(limit, size - from) }, (_, i) => from + i + 1);
    return { items: ids.map(room), next: from + limit < size ? String(from + limit) : null };
  };
  return { load, asked: () => asked };
}

const room = (id: number): DirectoryRoom => ({
  id,
  kind: 'public',
  name: `room ${id}`,
  description: '',
  topic: '',
  state: 'open' as const,
  slow_mode: 0,
  notices: 'show' as const,
  retention_days: null,
  is_default: false,
  first_number: 1,
  member_count: 1,
  joined: false,
});

describe('news of the directory', () => {
  test('tell which room is new, different or no longer public, as long as somebody listens', () => {
    const { feed } = setUp();
    const told: number[] = [];
    const stop = whenDirectoryChanges((id) => told.push(id));
    feed.onData('workspace', 1, { kind: 'room-created', room: room(7) });
    feed.onData('workspace', 2, { kind: 'room-listed', room: room(7) });
    feed.onData('workspace', 3, { kind: 'room-unlisted', room_id: 8 });
    stop();
    feed.onData('workspace', 4, { kind: 'room-unlisted', room_id: 7 });
    assert.deepEqual(told, [7, 7, 8]);
  });
});

describe('a public room that is opened by its address', () => {
  test('is found with one request in a usual workspace', async () => {
    const { load, asked } = directory(200);
    assert.deepEqual(await findPublicRoom(200, load), room(200));
    assert.equal(await findPublicRoom(201, load), 'none');
    assert.equal(asked(), 2);
  });

  test('is looked for on further pages until it is found', async () => {
    const { load, asked } = directory(1000);
    assert.deepEqual(await findPublicRoom(250, load), room(250));
    assert.equal(asked(), 2);
    assert.equal(await findPublicRoom(1001, load), 'none');
  });

  test('is not looked for without end in a very long directory', async () => {
    const { load, asked } = directory(100_000);
    assert.equal(await findPublicRoom(MOST_LOOKED_THROUGH + 1, load), 'not-seen');
    assert.equal(asked(), 5);
  });
});
