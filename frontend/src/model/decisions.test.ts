import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Decision } from '../api/decisions';
import { Decisions } from './decisions';
import { settled } from './testing/world';

const decision = (id: number): Decision => ({
  id,
  action: 'member-muted',
  reason: '',
  until: null,
  room: { id: 7, name: 'tea' },
  by: null,
  role: '',
  count: 0,
});

test('A decision waits until it was seen, and does not come back before the server knows', async () => {
  let there = [decision(1), decision(2)];
  const told: number[] = [];
  let know = () => {};
  const decisions = new Decisions({
    decisions: async () => there,
    markTold: (upTo) =>
      new Promise((resolve) => {
        told.push(upTo);
        know = resolve;
      }),
  });
  const waiting = () => decisions.waiting.value.map(({ id }) => id);
  decisions.look();
  await settled();
  assert.deepEqual(waiting(), [1, 2]);
  decisions.seen();
  assert.deepEqual([waiting(), told], [[], [2]]);
  there = [...there, decision(3)];
  decisions.look();
  await settled();
  assert.deepEqual(waiting(), [3], 'the server did not know yet');
  there = [decision(3)];
  know();
  await settled();
  assert.deepEqual(waiting(), [3]);
});

test('Without a connection nothing is lost: the next look asks again', async () => {
  let away = true;
  const decisions = new Decisions({
    decisions: async () => {
      if (away) throw new Error('away');
      return [decision(1)];
    },
    markTold: async () => {},
  });
  decisions.look();
  await settled();
  assert.equal(decisions.waiting.value.length, 0);
  away = false;
  decisions.look();
  await settled();
  assert.equal(decisions.waiting.value.length, 1);
});
