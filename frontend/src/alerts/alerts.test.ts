import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import type { Message } from '../api/records';
import { setUp } from '../model/testing/chat-world';
import { ana, bo, entry, message, settled } from '../model/testing/world';
import { Alerts } from './alerts';

/** A page that nobody looks at, with a room and a conversation with Bo, and what it shows on the machine. */
function world({ leads = true } = {}) {
  const talk = entry(8, { kind: 'direct', members: [ana.id, bo.id], level: 'everything' });
  const made = setUp(3, {}, [talk]);
  made.attention.value = false;
  const open = new Map<number, { number: number }>();
  const looked = new Set<number>();
  const loaded: number[] = [];
  let sounds = 0;
  const alerts = new Alerts(made.chat, {
    listener: () => ({ id: ana.id, what: 'mentions', blocked: new Set(), doNotDisturb: false }),
    leads: () => leads,
    isLookedAt: (room) => looked.has(room),
    show: (room, { number }) => {
      const shown = { number };
      open.set(room.id, shown);
      return {
        close: () => {
          if (open.get(room.id) === shown) open.delete(room.id);
        },
      };
    },
    sound: () => void sounds++,
    load: async (room, number) => {
      loaded.push(number);
      return message(number, { room_id: room, author: bo, mentions: [ana.id] });
    },
  });
  const direct = (number: number, more: Partial<Message> = {}) => {
    const said = message(number, { room_id: 8, seq: number, author: bo, ...more });
    const created_at = new Date(said.created_at).toISOString();
    made.feed.onData('room:8', number, { kind: 'message', message: { ...said, created_at } });
  };
  const passes = async () => {
    await settled();
    mock.timers.tick(400);
    await settled();
  };
  const numbers = () => [...open].map(([room, { number }]) => [room, number]);
  return { ...made, alerts, open, looked, loaded, direct, passes, numbers, sounds: () => sounds };
}

describe('an alert', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'] }));
  afterEach(() => mock.timers.reset());

  test('is one for each conversation, of the newest message that is meant for me', async () => {
    const { direct, arrives, passes, numbers, sounds, alerts } = world();
    direct(1);
    direct(2);
    arrives({ author: bo });
    const { number } = arrives({ author: bo, mentions: [ana.id] });
    arrives({ author: bo });
    await passes();
    assert.deepEqual(numbers(), [
      [8, 2],
      [7, number],
    ]);
    assert.equal(sounds(), 1);
    direct(3);
    await passes();
    assert.deepEqual(numbers()[0], [8, 3]);
    alerts.stop();
    assert.deepEqual(numbers(), []);
  });

  test('is gone when the message is read, in whichever browser', async () => {
    const { direct, passes, numbers, feed, alerts } = world();
    direct(1);
    direct(2);
    await passes();
    feed.onHint('read:8', { room_id: 8, number: 1, aside: 0, mentions: 0 });
    assert.deepEqual(numbers(), [[8, 2]]);
    feed.onHint('read:8', { room_id: 8, number: 2, aside: 0, mentions: 0 });
    assert.deepEqual(numbers(), []);
    alerts.stop();
  });

  test('is not for what is read at once, nor for the room that somebody looks at', async () => {
    const { direct, passes, numbers, feed, looked, sounds, alerts } = world();
    direct(1);
    feed.onHint('read:8', { room_id: 8, number: 1, aside: 0, mentions: 0 });
    await passes();
    looked.add(8);
    direct(2);
    await passes();
    assert.deepEqual([numbers(), sounds()], [[], 0]);
    alerts.stop();
  });

  test('is the business of the tab that leads', async () => {
    const { direct, passes, numbers, sounds, alerts } = world({ leads: false });
    direct(1);
    await passes();
    assert.deepEqual([numbers(), sounds()], [[], 0]);
    alerts.stop();
  });

  test('tells of a reply in a thread that I follow, whether the hint or the reply is first', async () => {
    const { arrives, passes, numbers, feed, alerts } = world();
    const hint = (number: number) =>
      feed.onHint(`thread:7:1`, { room_id: 7, root: 1, number, count: 1, author_id: bo.id });
    const first = arrives({ author: bo, thread: 1, aside: 1 });
    hint(first.number);
    await passes();
    assert.deepEqual(numbers(), [[7, first.number]]);
    hint(first.number + 1);
    const second = arrives({ author: bo, thread: 1, aside: 2 });
    await passes();
    assert.deepEqual(numbers(), [[7, second.number]]);
    arrives({ author: bo, thread: 2, aside: 3 });
    await passes();
    assert.deepEqual(numbers(), [[7, second.number]]);
    alerts.stop();
  });

  test('of a reply is gone when its thread is read so far, in whichever browser', async () => {
    const { arrives, passes, numbers, feed, sounds, alerts } = world();
    const replies = (aside: number) => {
      const { number } = arrives({ author: bo, thread: 1, aside });
      feed.onHint('thread:7:1', { room_id: 7, root: 1, number, count: aside, author_id: bo.id });
      return number;
    };
    const read = (root: number, number: number) =>
      feed.onHint(`thread-read:7:${root}`, { room_id: 7, root, number });
    const first = replies(1);
    await passes();
    read(2, first);
    read(1, first - 1);
    assert.deepEqual(numbers(), [[7, first]]);
    read(1, first);
    assert.deepEqual(numbers(), []);
    // What is read before it is told of is not told of.
    read(1, replies(2));
    await passes();
    assert.deepEqual([numbers(), sounds()], [[], 1]);
    alerts.stop();
  });

  test('is there for a mention in a room of which only hints tell', async () => {
    const { chat, feed, passes, numbers, loaded, alerts } = world();
    feed.onUnsubscribed('room:7', 'limit');
    feed.onHint('mention:7', { room_id: 7, number: 9 });
    await passes();
    assert.deepEqual(loaded, [9]);
    assert.deepEqual(numbers(), [[7, 9]]);
    feed.onHint('mention:8', { room_id: 8, number: 5 });
    await passes();
    assert.deepEqual(loaded, [9]);
    alerts.stop();
    chat.stop();
  });
});
