import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silenceEnd } from './silence';

const at = (day: number, hour: number, minute = 0) => new Date(2026, 5, day, hour, minute).getTime();

test('a silence ends in an hour, or at nine in the morning', () => {
  // The 10th of June 2026 is a Wednesday.
  assert.equal(silenceEnd('hour', at(10, 14, 30)), at(10, 15, 30));
  assert.equal(silenceEnd('tomorrow', at(10, 14, 30)), at(11, 9));
  assert.equal(silenceEnd('tomorrow', at(10, 1)), at(11, 9));
  assert.equal(silenceEnd('always', at(10, 14)), null);
});

test('next week begins on Monday, on a Sunday and on a Monday, too', () => {
  assert.equal(silenceEnd('week', at(10, 14)), at(15, 9));
  assert.equal(silenceEnd('week', at(14, 14)), at(15, 9));
  assert.equal(silenceEnd('week', at(15, 8)), at(22, 9));
});
