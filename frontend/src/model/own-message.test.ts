import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
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

describe('an own message that the stream does not bring', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'] }));
  afterEach(() => mock.timers.reset());

  const begin = async () => {
    const world = setUp();
    world.chat.open(7);
    await settled();
    const looks = () => world.channel.filter((word) => word === 'look').length;
    /** Sends a message, which the server has, and acknowledges it. */
    const send = async (body: string) => {
      world.room.send(body);
      await settled();
      const stored = world.log.post({ author: ana, client_id: world.sent.at(-1) ?? '', body });
      await world.sends.answer(stored);
      return stored;
    };
    const bring = (stored: Awaited<ReturnType<typeof send>>) =>
      world.feed.onData('room:7', stored.seq, { kind: 'message', message: wire(stored) });
    return { ...world, looks, send, bring };
  };

  test('is shown, and has the connection looked at after 2 s, once', async () => {
    const { chat, room, looks, send } = await begin();
    await send('mine');
    assert.equal(bodies(chat).at(-1), 'mine');
    mock.timers.tick(1_999);
    assert.equal(looks(), 0);
    mock.timers.tick(1);
    assert.equal(looks(), 1);
    mock.timers.tick(60_000);
    assert.equal(looks(), 1);
    assert.equal(bodies(chat).at(-1), 'mine');
    room.stop();
  });

  test('is shown also where others before it have not come, and has the connection looked at', async () => {
    const { chat, room, log, looks, send } = await begin();
    log.post({ body: 'theirs' });
    await send('mine');
    assert.equal(bodies(chat).at(-1), 'mine');
    mock.timers.tick(2_000);
    assert.equal(looks(), 1);
    room.stop();
  });

  test('has nothing looked at when it comes in time', async () => {
    const { room, looks, send, bring } = await begin();
    bring(await send('one'));
    const two = await send('two');
    mock.timers.tick(1_500);
    bring(two);
    mock.timers.tick(60_000);
    assert.equal(looks(), 0);
    room.stop();
  });

  test('is noticed also after another that came, and several are noticed once', async () => {
    const { room, looks, send, bring } = await begin();
    const one = await send('one');
    await send('two');
    await send('three');
    bring(one);
    mock.timers.tick(2_000);
    assert.equal(looks(), 0);
    mock.timers.tick(2_000);
    assert.equal(looks(), 1);
    await send('four');
    mock.timers.tick(2_000);
    assert.equal(looks(), 2);
    room.stop();
  });

  test('has nothing looked at where its room is followed no longer', async () => {
    const { chat, room, looks, send } = await begin();
    await send('mine');
    chat.feed.unfollow(room);
    mock.timers.tick(60_000);
    assert.equal(looks(), 0);
    room.stop();
  });
});
