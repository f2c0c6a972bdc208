import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { Unreachable } from '../api/http';
import type { Cursor } from '../comet/types';
import { bodies, setUp } from './testing/chat-world';
import { entry, Later, overview, settled } from './testing/world';

/** The room is open, the server ends its topic, and two messages come that nobody brings. */
async function setUpEnded() {
  const world = setUp();
  const { chat, feed, cursors, log } = world;
  chat.open(7);
  await settled();
  const end = (why = 'removed') => {
    delete cursors['room:7'];
    feed.onUnsubscribed('room:7', why);
    return settled();
  };
  log.fill(2);
  return { ...world, end };
}

describe('a room whose topic the server has ended', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'] }));
  afterEach(() => mock.timers.reset());

  test('is followed again while it is still mine, and has lost nothing', async () => {
    const { chat, end, cursors, arrives } = await setUpEnded();
    await end();
    assert.deepEqual(cursors['room:7'], [1, 5]);
    arrives();
    assert.deepEqual(bodies(chat).slice(-3), ['message 4', 'message 5', 'message 6']);
    chat.stop();
  });

  test('is followed again when I am added to it', async () => {
    const { api, chat, feed, end, cursors } = await setUpEnded();
    api.overview = new Later<never>().ask;
    await end();
    assert.equal('room:7' in cursors, false);
    feed.onData('user:1', 1, { kind: 'room-added', room: entry(7) });
    await settled();
    assert.deepEqual(cursors['room:7'], [1, 5]);
    chat.stop();
  });

  test('is let go when it is no longer mine', async () => {
    const { chat, rooms, end, cursors } = await setUpEnded();
    rooms.length = 0;
    await end();
    assert.equal(chat.rooms.value.size, 0);
    assert.equal('room:7' in cursors, false);
    chat.stop();
  });

  test('is not followed once it has gone while its history was catching up', async () => {
    const { chat, room, feed, cursors, end } = await setUpEnded();
    const catchingUp = new Later<Cursor>();
    room.catchUp = catchingUp.ask;
    await end();
    feed.onData('user:1', 1, { kind: 'room-removed', room_id: 7 });
    await catchingUp.answer([1, 5]);
    assert.equal('room:7' in cursors, false);
    chat.stop();
  });

  test('is asked for again when the connection is back', async () => {
    const { api, chat, rooms, end, cursors } = await setUpEnded();
    api.overview = () => Promise.reject(new Unreachable(new Error('no network')));
    await end();
    assert.equal('room:7' in cursors, false);
    api.overview = async () => overview(rooms);
    chat.wake();
    await settled();
    assert.deepEqual(cursors['room:7'], [1, 5]);
    chat.stop();
  });

  test('is not followed again in a tight circle', async () => {
    const { chat, end, cursors } = await setUpEnded();
    await end('denied');
    assert.ok('room:7' in cursors);
    await end('denied');
    assert.equal('room:7' in cursors, false);
    mock.timers.tick(30_000);
    await settled();
    assert.ok('room:7' in cursors);
    chat.stop();
  });

  test('does not push out others when there are more rooms than can be followed', async () => {
    const { chat, rooms, cursors } = setUp();
    for (let id = 100; id < 400; id++) {
      rooms.push(entry(id));
      chat.add(entry(id));
    }
    const before = Object.keys(cursors);
    rooms.reverse();
    await chat.refresh();
    await settled();
    assert.deepEqual(Object.keys(cursors), before);
    chat.stop();
  });
});
