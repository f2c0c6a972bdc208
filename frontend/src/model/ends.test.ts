import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { endOf } from './ends';

/** A day of November 2026, of which the 22nd is a Sunday, in milliseconds since 1970. */
const at = (day: number, ...time: readonly number[]) => {
  const [hours = 0, minutes = 0, seconds = 0, ms = 0] = time;
  return new Date(2026, 10, day, hours, minutes, seconds, ms).getTime();
};

describe('what somebody says of themselves ends', () => {
  test('never, or after a while', () => {
    const now = at(18, 14, 5);
    assert.equal(endOf('none', now), null);
    assert.equal(endOf('half-hour', now), at(18, 14, 35));
    assert.equal(endOf('hour', now), at(18, 15, 5));
    assert.equal(endOf('four-hours', now), at(18, 18, 5));
  });

  test('at the end of the day or of the week, or in the morning', () => {
    const now = at(18, 14, 5);
    assert.equal(endOf('today', now), at(18, 23, 59, 59));
    assert.equal(endOf('week', now), at(22, 23, 59, 59));
    assert.equal(endOf('tomorrow', now), at(19, 8));
    assert.equal(endOf('week', at(22, 14, 5)), at(22, 23, 59, 59));
    assert.equal(endOf('week', at(23, 0)), at(29, 23, 59, 59));
  });

  test('today also within the last minute of the day', () => {
    for (const seconds of [0, 30, 58]) {
      assert.equal(endOf('today', at(22, 23, 59, seconds)), at(22, 23, 59, 59));
      assert.equal(endOf('week', at(22, 23, 59, seconds)), at(22, 23, 59, 59));
    }
  });

  test('with the next day or week when the last second has begun', () => {
    for (const ms of [0, 1, 999]) {
      assert.equal(endOf('today', at(22, 23, 59, 59, ms)), at(23, 23, 59, 59));
      assert.equal(endOf('week', at(22, 23, 59, 59, ms)), at(29, 23, 59, 59));
    }
  });
});
