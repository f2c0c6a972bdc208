import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setUp } from './testing/chat-world';
import { bo, cem, settled } from './testing/world';

/** A chat in which I block Bo, with an open room that is not looked at. */
async function world() {
  const made = setUp();
  made.attention.value = false;
  made.chat.people.blocked.value = new Set([bo.id]);
  return made;
}

describe('what somebody whom I block writes', () => {
  test('is not told while they write it', () => {
    const { chat, room, feed } = setUp();
    feed.onHint('typing:7', { room_id: 7, user_ids: [bo.id, cem.id], more: 1 });
    assert.deepEqual(room.writers.value, { users: [bo.id, cem.id], more: 1 });
    chat.people.blocked.value = new Set([bo.id]);
    assert.deepEqual(room.writers.value, { users: [cem.id], more: 1 });
    chat.stop();
  });

  test('is not unread, and what others write is', async () => {
    const { chat, room, arrives } = await world();
    arrives({ author: bo });
    arrives({ author: bo });
    assert.deepEqual([room.unread.value, chat.unread.value], [0, 0]);
    arrives({ author: cem });
    arrives({ author: bo });
    assert.equal(room.unread.value, 1);
    room.reading.readAll();
    assert.equal(room.unread.value, 0);
    arrives({ author: cem });
    assert.equal(room.unread.value, 1);
    chat.stop();
  });

  test('is unread once I block them no longer', async () => {
    const { chat, room, arrives } = await world();
    arrives({ author: bo });
    chat.people.blocked.value = new Set();
    assert.equal(room.unread.value, 1);
    chat.stop();
  });

  test('puts no unread divider, and stands as one line when the room is opened', async () => {
    const { chat, room, arrives } = await world();
    chat.open(7);
    await settled();
    chat.people.blocked.value = new Set([bo.id, cem.id]);
    arrives({ author: bo });
    arrives({ author: cem });
    assert.equal(room.reading.divider.value, null);
    const last = room.items.value.at(-1);
    assert.ok(last?.kind === 'blocked');
    chat.stop();
  });
});
