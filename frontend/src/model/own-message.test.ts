import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bodies, setUp, wire } from './testing/chat-world';
import { ana, settled } from './testing/world';

describe('an own message', () => {
  const send = async (world: ReturnType<typeof setUp>, body: string) => {
    world.chat.open(7);
    await settled();
    world.room.send(body);
    await settled();
    return world.log.post({ author: ana, client_id: world.sent.at(-1) ?? '', body });
  };

  test('appears once when the acknowledgement comes first', async () => {
    const world = setUp();
    const stored = await send(world, 'mine');
    assert.equal(bodies(world.chat).at(-1), 'mine');
    await world.sends.answer(stored);
    world.feed.onData('room:7', stored.seq, { kind: 'message', message: wire(stored) });
    assert.deepEqual(
      bodies(world.chat).filter((body) => body === 'mine'),
      ['mine'],
    );
    assert.deepEqual(world.room.outbox.entries.value, []);
    world.room.stop();
  });

  test('appears once when the stream comes first', async () => {
    const world = setUp();
    const stored = await send(world, 'mine');
    world.feed.onData('room:7', stored.seq, { kind: 'message', message: wire(stored) });
    await world.sends.answer(stored);
    assert.deepEqual(
      bodies(world.chat).filter((body) => body === 'mine'),
      ['mine'],
    );
    world.room.stop();
  });

  test('stays at the end until the messages before it have come', async () => {
    const world = setUp();
    world.chat.open(7);
    await settled();
    world.room.send('mine');
    await settled();
    const theirs = world.log.post({ body: 'theirs' });
    const mine = world.log.post({ author: ana, client_id: world.sent[0] ?? '', body: 'mine' });
    await world.sends.answer(mine);
    assert.equal(bodies(world.chat).at(-1), 'mine');
    assert.equal(world.room.outbox.entries.value[0]?.state, 'sent');
    world.feed.onData('room:7', theirs.seq, { kind: 'message', message: wire(theirs) });
    world.feed.onData('room:7', mine.seq, { kind: 'message', message: wire(mine) });
    assert.deepEqual(bodies(world.chat).slice(-2), ['theirs', 'mine']);
    assert.deepEqual(world.room.outbox.entries.value, []);
    world.room.stop();
  });

  test('is let go when a gap has jumped over it', async () => {
    const world = setUp();
    const stored = await send(world, 'mine');
    world.log.fill(500);
    await world.sends.answer(stored);
    await world.feed.onGap('room:7', [1, 504]);
    assert.deepEqual(world.room.outbox.entries.value, []);
    assert.equal(world.room.history.last, 504);
    world.room.stop();
  });
});
