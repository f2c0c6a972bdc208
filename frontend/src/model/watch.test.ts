import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { Unreachable } from '../api/http';
import type { RoomEntry } from '../api/records';
import { setUp, wire } from './testing/chat-world';
import { entry, message, settled } from './testing/world';

/** Room 7 and so many others, numbered from 101, in which something was said one after the other. */
function setUpMany(count = 300) {
  const others = Array.from({ length: count }, (_, i) =>
    entry(101 + i, { position: { epoch: 1, seq: 10 }, last_message_at: 1_000 + i }),
  );
  const world = setUp(3, { last_message_at: 5_000 }, others);
  const { chat, feed, rooms, watched, cursors } = world;
  const room = (id: number) => {
    const found = chat.rooms.value.get(id);
    if (!found) throw new Error(`no room ${id}`);
    return found;
  };
  /** Something is said in a room; the server knows how much is unread then. */
  const speak = (id: number, unread: number, more: Partial<RoomEntry> = {}) => {
    const i = rooms.findIndex((one) => one.id === id);
    const before = rooms[i];
    if (!before) throw new Error(`no room ${id}`);
    const position = { epoch: 1, seq: before.position.seq + 1 };
    rooms[i] = { ...before, position, last_number: before.read_number + unread, ...more };
    return { [`room:${id}`]: [position.epoch, position.seq] as const };
  };
  const followed = () => Object.keys(cursors).filter((topic) => topic.startsWith('room:'));
  /** Lets time pass and what was asked for be answered. */
  const pass = async (ms: number) => {
    mock.timers.tick(ms);
    await settled();
  };
  /** Each of my rooms is either followed or watched. */
  const whole = () => {
    const all = [...chat.rooms.value.keys()].map((id) => `room:${id}`).sort();
    assert.deepEqual([...followed(), ...watched].sort(), all);
  };
  return { ...world, feed, room, speak, followed, pass, whole };
}

describe('with more rooms than can be followed', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000_000 }));
  afterEach(() => mock.timers.reset());

  test('the 120 in which something was said last are followed and the others are watched', () => {
    const { chat, watched, followed, whole } = setUpMany();
    assert.equal(followed().length, 120);
    assert.deepEqual(
      [...watched],
      Array.from({ length: 181 }, (_, i) => `room:${101 + i}`),
    );
    whole();
    chat.stop();
  });

  test('of 1,500 rooms the 1,000 next are watched', () => {
    const { chat, watched, followed } = setUpMany(1_500);
    assert.equal(followed().length, 120);
    assert.equal(watched.size, 1_000);
    assert.equal(watched.has('room:481'), false);
    assert.ok(watched.has('room:482'));
    chat.stop();
  });

  test('what the server tells at the beginning is no news', async () => {
    const { chat, feed, watched, asked, pass } = setUpMany();
    feed.onUnread?.(Object.fromEntries([...watched].map((topic) => [topic, [1, 10] as const])));
    await pass(60_000);
    assert.deepEqual(asked, []);
    chat.stop();
  });

  test('a watched room in which something was said shows exactly how much is unread, soon', async () => {
    const { chat, feed, asked, room, speak, pass } = setUpMany();
    feed.onUnread?.(speak(101, 2));
    assert.equal(room(101).unread.value, 0);
    await pass(2_000);
    assert.deepEqual(asked, [101]);
    assert.equal(room(101).unread.value, 2);
    feed.onUnread?.({ 'room:101': [1, 11] });
    await pass(60_000);
    assert.deepEqual(asked, [101]);
    chat.stop();
  });

  test('the news of some time are asked for at once, with the overview when they are many', async () => {
    const { chat, feed, asked, room, speak, pass } = setUpMany();
    for (let i = 0; i < 20; i++) feed.onUnread?.(speak(101 + (i % 3), i));
    await pass(2_000);
    assert.deepEqual(asked.splice(0), [101, 102, 103]);
    assert.equal(room(103).unread.value, 17);
    for (let id = 101; id <= 140; id++) feed.onUnread?.(speak(id, 30));
    await pass(2_999);
    assert.deepEqual(asked, []);
    await pass(4_001);
    assert.deepEqual(asked, ['overview']);
    for (let id = 101; id <= 140; id++) assert.equal(room(id).unread.value, 30);
    chat.stop();
  });

  test('pages do not ask in the same moment', async () => {
    const moments = new Set<number>();
    for (let i = 0; i < 8; i++) {
      const { chat, feed, asked, speak, pass } = setUpMany();
      feed.onUnread?.(speak(101, 1));
      let waited = 0;
      for (; asked.length === 0 && waited < 3_000; waited += 50) await pass(50);
      moments.add(waited);
      chat.stop();
    }
    assert.ok(moments.size > 3, `they asked after ${[...moments]} ms`);
    assert.ok(Math.max(...moments) <= 2_050);
  });

  test('what comes while the answer is under way is asked for again', async () => {
    const { api, chat, feed, asked, room, speak, pass } = setUpMany();
    const load = api.room;
    let answer = () => {};
    api.room = async (id) => {
      const entry = await load(id);
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return entry;
    };
    feed.onUnread?.(speak(101, 1));
    await pass(2_000);
    feed.onUnread?.(speak(101, 2));
    await pass(20_000);
    assert.deepEqual(asked, [101]);
    answer();
    await settled();
    assert.equal(room(101).unread.value, 1);
    await pass(7_000);
    answer();
    await settled();
    assert.deepEqual(asked, [101, 101]);
    assert.equal(room(101).unread.value, 2);
    chat.stop();
  });

  test('it is asked again after a failure, and as soon as the connection is back', async () => {
    const { api, chat, feed, asked, room, speak, pass } = setUpMany();
    const load = api.room;
    api.room = () => {
      asked.push(0);
      return Promise.reject(new Unreachable(new Error('no network')));
    };
    feed.onUnread?.(speak(101, 1));
    await pass(2_000);
    await pass(29_999);
    assert.deepEqual(asked, [0]);
    await pass(2_001);
    assert.deepEqual(asked, [0, 0]);
    api.room = load;
    chat.wake();
    await pass(2_000);
    assert.deepEqual(asked, [0, 0, 101]);
    assert.equal(room(101).unread.value, 1);
    chat.stop();
  });

  test('a watched room that is opened is followed from its history, and the one used longest ago is watched', async () => {
    const { chat, cursors, watched, followed, whole } = setUpMany();
    chat.open(101);
    await settled();
    assert.deepEqual(cursors['room:101'], [1, 3]);
    assert.equal(watched.has('room:101'), false);
    assert.ok(watched.has('room:282'));
    assert.equal(followed().length, 120);
    whole();
    chat.open(102);
    await settled();
    assert.ok(watched.has('room:283'));
    whole();
    chat.stop();
  });

  test('a room that is opened now and then stays followed, and the open one always', async () => {
    const { chat, followed, rooms, room, whole } = setUpMany();
    chat.open(282);
    await settled();
    for (let id = 101; id <= 150; id++) {
      chat.open(id);
      await settled();
    }
    assert.ok(followed().includes('room:282'));
    chat.open(282);
    await settled();
    for (let id = 1_000; id < 1_300; id++) {
      rooms.push(entry(id));
      chat.add(entry(id));
    }
    await settled();
    assert.ok(followed().includes('room:282'));
    assert.equal(followed().length, 120);
    assert.equal(room(282), chat.openRoom.value);
    whole();
    chat.stop();
  });

  test('a room that was let go of is asked about only when something has happened since', async () => {
    const { chat, feed, asked, room, pass } = setUpMany();
    feed.onData('room:282', 11, { kind: 'message', message: wire(message(1, { room_id: 282 })) });
    chat.open(101);
    await settled();
    feed.onUnread?.({ 'room:282': [1, 11] });
    await pass(10_000);
    assert.deepEqual(asked, []);
    assert.equal(room(282).unread.value, 1);
    feed.onUnread?.({ 'room:282': [1, 12] });
    await pass(2_000);
    assert.deepEqual(asked, [282]);
    chat.stop();
  });

  test('a watched room is asked about though it is opened before that', async () => {
    const { chat, feed, asked, room, pass, speak } = setUpMany();
    speak(101, 3, { mentions: 2 });
    feed.onHint('read:101', { room_id: 101, number: 0, aside: 0, mentions: 2, back: true });
    chat.open(101);
    await settled();
    await pass(10_000);
    assert.ok(asked.includes(101));
    assert.equal(room(101).reading.mentions.count.value, 2);
    chat.stop();
  });

  test('a watched room that could not be opened is watched still', async () => {
    const { chat, room, watched, whole } = setUpMany();
    room(101).catchUp = () => Promise.reject(new Unreachable(new Error('no network')));
    chat.open(101);
    await settled();
    assert.ok(watched.has('room:101'));
    whole();
    chat.stop();
  });

  test('of the open room, when it is only watched, everything is followed as soon as something happens', async () => {
    const { chat, feed, asked, cursors, room, speak, pass, whole } = setUpMany();
    chat.open(101);
    await settled();
    delete cursors['room:101'];
    feed.onUnsubscribed('room:101', 'limit');
    feed.onUnread?.(speak(102, 1));
    feed.onUnread?.({ 'room:101': [room(101).position.epoch, room(101).position.seq + 1] });
    await pass(10_000);
    assert.deepEqual(asked, [102]);
    assert.ok(cursors['room:101']);
    whole();
    chat.stop();
  });

  test('a room that I leave is neither followed nor watched, nor asked about', async () => {
    const { chat, feed, asked, speak, watched, pass, whole } = setUpMany();
    feed.onUnread?.(speak(101, 1));
    feed.onData('user:1', 1, { kind: 'room-removed', room_id: 101 });
    await settled();
    assert.equal(watched.has('room:101'), false);
    await pass(10_000);
    assert.deepEqual(asked, []);
    whole();
    chat.stop();
  });

  test('a topic that the client had no place for is watched', async () => {
    const { chat, feed, cursors, watched, whole } = setUpMany();
    delete cursors['room:400'];
    feed.onUnsubscribed('room:400', 'limit');
    await settled();
    assert.ok(watched.has('room:400'));
    whole();
    chat.stop();
  });

  test('a restored room is asked about, whatever its number', async () => {
    const { chat, feed, asked, speak, pass } = setUpMany();
    speak(101, 0, { position: { epoch: 2, seq: 3 } });
    feed.onUnread?.({ 'room:101': [2, 3] });
    await pass(2_000);
    assert.deepEqual(asked, [101]);
    chat.stop();
  });
});
