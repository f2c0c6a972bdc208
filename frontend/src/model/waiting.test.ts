import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { Problem } from '../api/http';
import { setUp } from './testing/chat-world';
import { entry, settled } from './testing/world';

const tooSoon = () => new Problem(429, 'Wait.', 60, {});

describe('what waits in slow mode', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'] }));
  afterEach(() => mock.timers.reset());

  const waiting = async () => {
    const world = setUp(3, { slow_mode: 60 });
    world.room.send('slowly');
    await settled();
    await world.sends.fail(tooSoon());
    assert.ok(world.room.outbox.entries.value[0]?.due);
    assert.equal(world.sent.length, 1);
    return world;
  };

  test('goes out at once when slow mode is switched off, or shorter', async () => {
    for (const slow_mode of [0, 10]) {
      const { chat, room, sent } = await waiting();
      chat.change(room, entry(7, { slow_mode }));
      await settled();
      assert.equal(sent.length, 2);
      chat.stop();
    }
  });

  test('goes on waiting when slow mode is longer, or something else of the room changes', async () => {
    const { chat, room, sent } = await waiting();
    chat.change(room, entry(7, { slow_mode: 300 }));
    chat.change(room, entry(7, { slow_mode: 300, topic: 'boats' }));
    await settled();
    assert.equal(sent.length, 1);
    chat.stop();
  });

  test('goes out at once when its author need not wait any more', async () => {
    const { chat, sent } = await waiting();
    chat.add(entry(7, { slow_mode: 60, role: 'moderator' }));
    await settled();
    assert.equal(sent.length, 2);
    chat.stop();
  });

  test('says why it cannot go out when its author may not write any more, and may be tried again later', async () => {
    const { chat, room, sends, sent } = await waiting();
    const first = () => room.outbox.entries.value[0];
    room.writing.permit(false);
    await settled();
    await sends.fail(new Problem(403, 'This room is archived.', null, {}));
    assert.deepEqual(
      [first()?.state, first()?.problem, first()?.due],
      ['failed', 'This room is archived.', null],
    );
    room.writing.permit(true);
    assert.deepEqual([first()?.state, first()?.problem], ['failed', '']);
    assert.equal(sent.length, 2);
    chat.stop();
  });
});
