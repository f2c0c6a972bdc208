import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setUp } from './testing/chat-world';
import { settled } from './testing/world';

describe('a list of messages', () => {
  test('goes to a message, loading what is around it', async () => {
    const { chat, room } = setUp(500);
    chat.open(7);
    await settled();
    assert.equal(await room.goTo(100), true);
    assert.ok(room.history.first < 100 && room.history.last > 100 && room.history.newer.value);
    assert.equal(room.target.value?.number, 100);
    chat.stop();
  });

  test('goes back to where the reader was, also where the window has gone on', async () => {
    const { chat, room } = setUp(500);
    chat.open(7);
    await settled();
    await room.goTo(100);
    await room.returnTo({ key: 'm450', number: 450, offset: 12 });
    assert.ok(room.history.has(450) && !room.history.has(100));
    assert.deepEqual(room.target.value, { number: 450, flash: false, offset: 12 });
    await room.returnTo(null);
    assert.deepEqual([room.history.last, room.history.newer.value, room.jumps.value], [500, false, 1]);
    chat.stop();
  });

  test('goes back to the end also when nothing is loaded, as after a reload', async () => {
    const { chat, room } = setUp(5);
    chat.open(7, { load: false });
    await room.returnTo(null);
    assert.deepEqual([room.history.state.value, room.history.last], ['ready', 5]);
    chat.stop();
  });
});
