import assert from 'node:assert/strict';
import { test } from 'node:test';
import { weigh } from './weight';

const room = {
  kind: 'public',
  level: 'everything',
  silenced: false,
  unread: 5,
  mentions: 2,
} as const;

test('of a room of which I want to hear everything the unread are shown, and mentions are counted', () => {
  assert.deepEqual(weigh(room), { bold: true, badge: 2, dim: false, total: 5 });
  assert.deepEqual(weigh({ ...room, unread: 0, mentions: 0 }), {
    bold: false,
    badge: 0,
    dim: false,
    total: 0,
  });
});

test('a direct message is meant for me', () => {
  assert.deepEqual(weigh({ ...room, kind: 'direct', mentions: 0 }), {
    bold: true,
    badge: 5,
    dim: false,
    total: 5,
  });
});

test('where I want to hear of mentions only, nothing else is shown as unread', () => {
  assert.deepEqual(weigh({ ...room, level: 'mentions' }), { bold: true, badge: 2, dim: false, total: 2 });
  const unmentioned = weigh({ ...room, level: 'mentions', mentions: 0 });
  assert.deepEqual(unmentioned, { bold: false, badge: 0, dim: false, total: 0 });
});

test('of a silenced room only mentions are shown, faintly, and they count for nothing', () => {
  for (const quiet of [{ silenced: true }, { level: 'nothing' }] as const) {
    assert.deepEqual(weigh({ ...room, ...quiet }), { bold: false, badge: 2, dim: true, total: 0 });
    const direct = weigh({ ...room, kind: 'direct', mentions: 0, ...quiet });
    assert.deepEqual(direct, { bold: false, badge: 0, dim: true, total: 0 });
  }
});

test('a mention in a thread is shown though no message of the room is unread', () => {
  assert.deepEqual(weigh({ ...room, unread: 0, mentions: 1 }), {
    bold: true,
    badge: 1,
    dim: false,
    total: 1,
  });
});
