import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Message } from '../api/records';
import { buildItems, type Item, type Sources } from './items';
import type { Notice } from './notices';
import type { Outgoing } from './outbox';
import { ana, bo, cem, message, START } from './testing/world';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

function items(change: Partial<Sources>): readonly Item[] {
  return buildItems({
    messages: [],
    complete: true,
    outgoing: [],
    notices: [],
    manner: 'condense',
    divider: null,
    blocked: new Set(),
    ownDeletions: new Map(),
    me: ana,
    ...change,
  });
}

function outline(list: readonly Item[]): readonly string[] {
  return list.map((item) => {
    if (item.kind === 'message') return `${item.head ? 'head' : 'line'} ${item.number ?? item.state}`;
    if (item.kind === 'notices') return `notices ${item.notices.length}`;
    return item.kind;
  });
}

test('Notices stand in one line, each by itself, or not at all, as the reader likes', () => {
  const notices = [2, 3].map(
    (user): Notice => ({ id: user, kind: 'signed-in', user, actor: null, at: START, after: 0 }),
  );
  const shown = (manner: Sources['manner']) => outline(items({ notices, manner }));
  assert.deepEqual(shown('condense'), ['day', 'notices 2']);
  assert.deepEqual(shown('show'), ['day', 'notices 1', 'notices 1']);
  assert.deepEqual(shown('hide'), []);
});

const at = (number: number, time: number, change: Partial<Message> = {}) =>
  message(number, { created_at: START + time, ...change });

const outgoing = (clientId: string, change: Partial<Outgoing> = {}): Outgoing => ({
  clientId,
  room: 7,
  body: 'mine',
  belonging: {},
  at: START + 10 * MINUTE,
  order: START + 10 * MINUTE,
  state: 'sending',
  problem: null,
  barred: false,
  number: null,
  html: null,
  due: null,
  ...change,
});

const notice = (id: number, after: number, time = after * 1000): Notice => ({
  id,
  kind: 'signed-in',
  user: cem.id,
  actor: null,
  at: START + time,
  after,
});

describe('the timeline', () => {
  test('groups one author within five minutes', () => {
    const messages = [
      at(1, 0),
      at(2, 4 * MINUTE),
      at(3, 5 * MINUTE, { author: cem }),
      at(4, 6 * MINUTE),
      at(5, 12 * MINUTE),
    ];
    assert.deepEqual(outline(items({ messages })), ['day', 'head 1', 'line 2', 'head 3', 'head 4', 'head 5']);
  });

  test('puts a line between days and begins a group after it', () => {
    const messages = [at(1, 0), at(2, DAY), at(3, DAY + 1)];
    assert.deepEqual(outline(items({ messages })), ['day', 'head 1', 'day', 'head 2', 'line 3']);
  });

  test('puts the divider before the first message of somebody else that is unread', () => {
    const messages = [at(1, 0), at(2, 1), at(3, 2, { author: ana }), at(4, 3)];
    assert.deepEqual(outline(items({ messages, divider: 2 })), [
      'day',
      'head 1',
      'line 2',
      'head 3',
      'divider',
      'head 4',
    ]);
  });

  test('shows no divider when everything unread is my own', () => {
    assert.ok(!outline(items({ messages: [at(1, 0, { author: ana })], divider: 0 })).includes('divider'));
  });

  test('shows my unsent messages at the end, grouped with those before', () => {
    const messages = [at(1, 9 * MINUTE, { author: ana })];
    const list = items({ messages, outgoing: [outgoing('a'), outgoing('b', { state: 'failed' })] });
    assert.deepEqual(outline(list), ['day', 'head 1', 'line sending', 'line failed']);
  });

  test('keeps the key of my message when it is acknowledged', () => {
    const before = items({ outgoing: [outgoing('a')] }).at(-1);
    const after = items({ messages: [at(1, 0, { author: ana, client_id: 'a' })] }).at(-1);
    assert.equal(before?.key, after?.key);
  });

  test('does not show a message twice when a page brings it before the outbox knows', () => {
    const messages = [at(1, 0, { author: ana, client_id: 'a' })];
    assert.deepEqual(outline(items({ messages, outgoing: [outgoing('a')] })), ['day', 'head 1']);
  });

  test('takes nobody else’s client_id for mine', () => {
    const messages = [at(1, 0, { author: bo, client_id: 'a' })];
    assert.deepEqual(outline(items({ messages, outgoing: [outgoing('a')] })), [
      'day',
      'head 1',
      'head sending',
    ]);
  });

  test('shows unsent messages only where the conversation ends', () => {
    assert.deepEqual(outline(items({ complete: false, outgoing: [outgoing('a')] })), []);
  });

  test('collapses notices that follow each other, where they happened', () => {
    const messages = [at(1, 1000), at(2, 2000), at(3, 3000)];
    const notices = [notice(1, 1), notice(2, 1), notice(3, 3)];
    assert.deepEqual(outline(items({ messages, notices })), [
      'day',
      'head 1',
      'notices 2',
      'head 2',
      'line 3',
      'notices 1',
    ]);
  });

  test('leaves out notices whose neighbours are not loaded', () => {
    const messages = [at(10, 0), at(11, 1)];
    const notices = [notice(1, 3), notice(2, 10), notice(3, 11), notice(4, 40)];
    const list = items({ messages, notices, complete: false });
    assert.deepEqual(outline(list), ['day', 'head 10', 'notices 1', 'head 11']);
  });

  test('begins a new day with a notice, too', () => {
    const list = items({ messages: [at(1, 0)], notices: [notice(1, 1, DAY)] });
    assert.deepEqual(outline(list), ['day', 'head 1', 'day', 'notices 1']);
  });

  test('gives every line a key of its own', () => {
    const messages = [at(1, 0), at(2, 1), at(3, DAY)];
    const keys = items({ messages, notices: [notice(1, 1), notice(2, 3, DAY)], divider: 1 }).map(
      (item) => item.key,
    );
    assert.equal(new Set(keys).size, keys.length);
  });

  test('leaves out what was deleted, and counts what somebody wrote whom I block', () => {
    const messages = [
      message(1),
      message(2, { deleted: true, body: '' }),
      message(3, { author: cem }),
      message(4, { author: cem }),
      message(5),
    ];
    const list = items({ messages, blocked: new Set([cem.id]) });
    assert.deepEqual(outline(list), ['day', 'head 1', 'blocked', 'head 5']);
    assert.deepEqual(
      list.map((item) => (item.kind === 'blocked' ? item.count : 0)),
      [0, 0, 2, 0],
    );
  });
});
