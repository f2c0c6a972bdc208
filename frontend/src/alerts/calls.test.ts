import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ana, bo, cem, message } from '../model/testing/world';
import { calls } from './calls';

const me = { id: ana.id, what: 'mentions', blocked: new Set<number>(), doNotDisturb: false } as const;
const room = { kind: 'public', level: 'everything', silenced: false } as const;
const direct = { ...room, kind: 'direct' } as const;
const plain = message(1, { author: bo });
const mention = message(1, { author: bo, mentions: [ana.id] });
const reply = message(2, { author: bo, thread: 1 });

test('what is meant for me calls: direct messages, mentions and followed threads', () => {
  assert.equal(calls(me, direct, plain, false), true);
  assert.equal(calls(me, room, mention, false), true);
  assert.equal(calls(me, room, message(1, { author: bo, mentions_all: 'room' }), false), true);
  assert.equal(calls(me, room, message(1, { author: bo, mentions_all: 'here' }), false), false);
  assert.equal(calls(me, room, reply, true), true);
  assert.equal(calls(me, room, reply, false), false);
  assert.equal(calls(me, room, plain, false), false);
  assert.equal(calls(me, room, message(1, { author: bo, mentions: [cem.id] }), false), false);
});

test('who wants to be alerted of everything is, of rooms of which they want to hear everything', () => {
  const all = { ...me, what: 'all' } as const;
  assert.equal(calls(all, room, plain, false), true);
  assert.equal(calls(all, { ...room, level: 'mentions' }, plain, false), false);
  assert.equal(calls(all, { ...room, level: 'mentions' }, mention, false), true);
});

test('nothing calls from where I want to hear nothing, or when I do not want to be disturbed', () => {
  for (const place of [
    { ...direct, level: 'nothing' },
    { ...direct, silenced: true },
    { ...room, silenced: true },
  ] as const) {
    assert.equal(calls(me, place, mention, false), false);
  }
  assert.equal(calls({ ...me, doNotDisturb: true }, direct, mention, false), false);
  assert.equal(calls({ ...me, what: 'off' }, direct, mention, false), false);
});

test('neither I myself nor whom I block calls me, nor what was deleted', () => {
  assert.equal(calls(me, direct, message(1, { author: ana }), false), false);
  assert.equal(calls({ ...me, blocked: new Set([bo.id]) }, direct, mention, false), false);
  assert.equal(calls(me, direct, { ...plain, deleted: true }, false), false);
});
