import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseEvent } from './events';
import { PresenceFeed } from './presence';
import type { Presence } from './types';

test('Events are read as they are', () => {
  const data = { event: 'data', topic: 'room:7', epoch: 1, seq: 2, payload: { kind: 'message' } };
  assert.deepEqual(parseEvent(data), data);
  assert.deepEqual(parseEvent({ event: 'refresh', in: 250, why: 'drain' }), {
    event: 'refresh',
    in: 250,
    why: 'drain',
  });
  assert.deepEqual(parseEvent({ event: 'unsubscribe-ack', topics: ['room:7'], why: 'removed' }), {
    event: 'unsubscribe-ack',
    topics: ['room:7'],
    why: 'removed',
  });
  assert.deepEqual(parseEvent({ event: 'listen-ack', node: 'n', heartbeat: 1, hold: 2, denied: ['x', 3] }), {
    event: 'listen-ack',
    node: 'n',
    heartbeat: 1,
    hold: 2,
    denied: ['x'],
  });
});

test('What is not whole, or not of its type, is no event', () => {
  const numbered = { event: 'data', topic: 'a', epoch: 1, seq: 1 };
  for (const value of [
    null,
    undefined,
    'data',
    7,
    [],
    {},
    { event: 'nonsense' },
    { event: 7 },
    { event: '__proto__' },
    { ...numbered, topic: 7 },
    { ...numbered, seq: '1' },
    { ...numbered, seq: 1.5 },
    { ...numbered, seq: -1 },
    { ...numbered, seq: 2 ** 53 },
    { ...numbered, epoch: null },
    { event: 'hint' },
    { event: 'presence' },
  ]) {
    assert.equal(parseEvent(value), null, JSON.stringify(value));
  }
});

test('Figures that cannot be are replaced by the usual ones', () => {
  assert.deepEqual(parseEvent({ event: 'refresh', in: -5 }), { event: 'refresh', in: 0, why: 'end' });
  assert.deepEqual(parseEvent({ event: 'listen-ack', heartbeat: 'often', hold: 1e12 }), {
    event: 'listen-ack',
    node: '',
    heartbeat: 15_000,
    hold: 25_000,
    denied: [],
  });
});

test('Presence without the right fields has none of them', () => {
  assert.deepEqual(
    parseEvent({
      event: 'presence',
      revision: '4',
      states: { '3': 'online', '4': 1 },
      notices: [{ user: '3' }, null],
      here: { '7': 4312, '8': '1', '9': -1 },
    }),
    {
      event: 'presence',
      revision: '4',
      snapshot: false,
      states: { '3': 'online' },
      notices: [],
      here: { '7': 4312 },
    },
  );
});

test('A notice passes once, however often overlapping connections tell it', () => {
  const passed: Presence[] = [];
  const feed = new PresenceFeed((presence) => passed.push(presence));
  const notice = (time: number) => ({ user: '3', notice: 'signed-in', time });
  const event = { event: 'presence', snapshot: false, states: { '3': 'online' }, here: {} } as const;
  feed.take({ ...event, revision: '1', notices: [notice(1)] });
  feed.take({ ...event, revision: '1', notices: [notice(1)] });
  feed.take({ ...event, revision: '2', notices: [notice(1), notice(2)] });
  assert.deepEqual(
    passed.map(({ notices }) => notices),
    [[notice(1)], [notice(2)]],
  );
  assert.equal(feed.revision, '2');
  for (let i = 3; i < 2_000; i += 1)
    feed.take({ ...event, revision: `${i}`, notices: [notice(i - 1), notice(i)] });
  assert.equal(passed.flatMap(({ notices }) => notices).length, 1_999);
});
