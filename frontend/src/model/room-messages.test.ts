import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Message } from '../api/records';
import { setUp, wire } from './testing/chat-world';
import { ana, bo, settled } from './testing/world';

describe('the timeline of a room', () => {
  test('shows edits and reactions that its topic brings', async () => {
    const { chat, room, feed, log } = setUp();
    chat.open(7);
    await settled();
    const edited = {
      ...(log.messages[1] as Message),
      body: 'new',
      html: '<p>new</p>',
      edited_at: Date.now(),
    };
    feed.onData('room:7', 4, { kind: 'message-edited', message: wire(edited) });
    const reactions = [{ emoji: '👍', count: 1, user_ids: [2] }];
    feed.onData('room:7', 5, { kind: 'reactions-changed', number: 2, reactions });
    feed.onData('room:7', 6, {
      kind: 'pins-changed',
      number: 2,
      pinned: true,
      user: bo,
      at: '2026-01-05T12:00:00Z',
    });
    const shown = room.history.byNumber.value.get(2);
    assert.deepEqual(
      [shown?.body, shown?.html, shown?.reactions, shown?.pinned],
      ['new', '<p>new</p>', reactions, true],
    );
    chat.stop();
  });

  test('counts a reply in a thread at its root, once, and shows it nowhere else', async () => {
    const { chat, room, feed, log } = setUp();
    chat.open(7);
    await settled();
    const reply = { ...log.post({ thread: 2, thread_index: 1, aside: 1 }) };
    for (let times = 0; times < 2; times++)
      feed.onData('room:7', reply.seq, { kind: 'message', message: wire(reply) });
    assert.equal(room.history.byNumber.value.get(2)?.replies?.count, 1);
    assert.equal(room.history.last, 3);
    // The next of the timeline follows without a hole.
    const next = log.post({ author: ana, aside: 1 });
    assert.ok(room.history.isNext(next));
    chat.stop();
  });
});
