import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Overview } from '../api/records';
import { setUp } from './testing/chat-world';
import { entry, Later, overview } from './testing/world';

function setUpSlow() {
  const world = setUp();
  const answers = new Later<Overview>();
  world.api.overview = answers.ask;
  const ids = () => [...world.chat.rooms.value.keys()];
  return { ...world, answers, ids };
}

describe('a refresh', () => {
  test('brings rooms that are new and takes those that are no longer mine', async () => {
    const { chat, answers, ids } = setUpSlow();
    void chat.refresh();
    await answers.answer(overview([entry(8)]));
    assert.deepEqual(ids(), [8]);
  });

  test('keeps a room that came while it was under way', async () => {
    const { chat, feed, answers, ids, cursors } = setUpSlow();
    void chat.refresh();
    feed.onData('user:1', 1, { kind: 'room-added', room: entry(8) });
    chat.add(entry(9));
    await answers.answer(overview([entry(7)]));
    assert.deepEqual(ids(), [7, 8, 9]);
    assert.ok('room:8' in cursors && 'room:9' in cursors);
  });

  test('does not bring back a room that went while it was under way', async () => {
    const { chat, feed, answers, ids, cursors } = setUpSlow();
    void chat.refresh();
    feed.onData('user:1', 1, { kind: 'room-removed', room_id: 7 });
    await answers.answer(overview([entry(7)]));
    assert.deepEqual(ids(), []);
    assert.equal('room:7' in cursors, false);
  });

  test('forgets what changed before it began', async () => {
    const { chat, answers, ids } = setUpSlow();
    chat.add(entry(8));
    chat.remove(7);
    void chat.refresh();
    await answers.answer(overview([entry(7)]));
    assert.deepEqual(ids(), [7]);
  });

  test('changes nothing once the chat has ended', async () => {
    const { chat, answers, ids } = setUpSlow();
    void chat.refresh();
    chat.stop();
    await answers.answer(overview([]));
    assert.deepEqual(ids(), [7]);
  });
});
