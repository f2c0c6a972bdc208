import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { setUp } from './testing/chat-world';
import { ana, bo, cem, settled } from './testing/world';
import { Typing, worthTelling } from './typing';

describe('who writes', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000_000 }));
  afterEach(() => mock.timers.reset());

  test('is everybody of the last hint but me, in the order in which they began', () => {
    const typing = new Typing(ana.id);
    typing.take({ user_ids: [cem.id, ana.id], more: 0 });
    assert.deepEqual(typing.writers.value, { users: [cem.id], more: 0 });
    typing.take({ user_ids: [bo.id, cem.id], more: 2 });
    assert.deepEqual(typing.writers.value, { users: [cem.id, bo.id], more: 2 });
    typing.take({ user_ids: [bo.id], more: 0 });
    assert.deepEqual(typing.writers.value, { users: [bo.id], more: 0 });
    typing.stop();
  });

  test('is nobody five seconds after the last hint', () => {
    const typing = new Typing(ana.id);
    typing.take({ user_ids: [bo.id], more: 0 });
    mock.timers.tick(3_000);
    typing.take({ user_ids: [bo.id], more: 0 });
    mock.timers.tick(4_999);
    assert.deepEqual(typing.writers.value.users, [bo.id]);
    mock.timers.tick(1);
    assert.deepEqual(typing.writers.value, { users: [], more: 0 });
  });

  test('is nobody whose message has come', async () => {
    const { room, feed, arrives } = setUp();
    feed.onHint('typing:7', { room_id: 7, user_ids: [bo.id, cem.id] });
    assert.deepEqual(room.typing.writers.value.users, [bo.id, cem.id]);
    arrives({ author: bo });
    await settled();
    assert.deepEqual(room.typing.writers.value.users, [cem.id]);
    room.stop();
    assert.deepEqual(room.typing.writers.value.users, []);
  });

  test('of a room that is not mine is nothing to me', () => {
    const { feed, chat } = setUp();
    feed.onHint('typing:70', { room_id: 70, user_ids: [bo.id] });
    for (const room of chat.rooms.value.values())
      assert.deepEqual(room.typing.writers.value, { users: [], more: 0 });
    assert.ok(chat.rooms.value.size > 0);
    chat.stop();
  });
});

describe('my own typing', () => {
  test('is told of the room in which I type', () => {
    const { room, told } = setUp();
    room.writing.write('h');
    room.writing.write('he');
    assert.deepEqual(told.typing, ['room:7', 'room:7']);
    assert.equal(room.writing.draft.value, 'he');
  });

  test('is not told of an empty draft, of a command, or of a draft that is put there', () => {
    const { room, told } = setUp();
    for (const draft of ['', '  \n', '/', ' /leave']) room.writing.write(draft);
    room.writing.setDraft('from before');
    assert.deepEqual(told.typing, []);
    assert.ok(worthTelling('a / b'));
  });
});
