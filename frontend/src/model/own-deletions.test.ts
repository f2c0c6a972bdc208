import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { OwnDeletions } from './own-deletions';
import { setUp, wire } from './testing/chat-world';
import { ana, settled } from './testing/world';

describe('an own message that was deleted', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'] }));
  afterEach(() => mock.timers.reset());

  const numbers = (own: OwnDeletions) => [...own.all.value.keys()];

  test('can be brought back for ten minutes, each from its own deletion on', () => {
    const own = new OwnDeletions();
    own.add(4, 40);
    mock.timers.tick(300_000);
    own.add(5, 50);
    mock.timers.tick(299_999);
    assert.deepEqual(numbers(own), [4, 5]);
    mock.timers.tick(1);
    assert.deepEqual(numbers(own), [5]);
    own.clear();
    assert.deepEqual(numbers(own), []);
  });

  test('that was brought back and deleted again has all the time again', () => {
    const own = new OwnDeletions();
    own.add(4, 40);
    mock.timers.tick(300_000);
    own.drop([4]);
    own.add(4, 41);
    mock.timers.tick(599_999);
    assert.equal(own.all.value.get(4), 41);
    mock.timers.tick(1);
    assert.equal(own.all.value.size, 0);
  });

  test('has a line in its place until it is there again', async () => {
    const { chat, room, feed, log } = setUp();
    chat.open(7);
    await settled();
    const mine = log.post({ author: ana });
    feed.onData('room:7', mine.seq, { kind: 'message', message: wire(mine) });
    const kinds = () => room.items.value.map((item) => item.kind);
    room.hide([mine.number]);
    assert.equal(kinds().at(-1), 'message');
    room.messages.ownDeletions.add(mine.number, 40);
    assert.deepEqual(room.items.value.at(-1), { kind: 'deleted', key: `x${mine.number}`, deletion: 40 });
    room.restore([mine.number]);
    await settled();
    assert.deepEqual(kinds().slice(-2), ['message', 'message']);
    assert.ok(!kinds().includes('deleted'));
    // If somebody who keeps order deletes it now, it is not mine to bring back.
    assert.equal(room.messages.ownDeletions.all.value.size, 0);
    chat.stop();
  });
});
