import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { chart, roundUp } from './chart';

describe('a chart of days', () => {
  test('has nothing to show before a day was counted', () => {
    assert.equal(chart([], 90), null);
  });

  test('puts each day at its place, and leaves out those that were not counted', () => {
    const found = chart(
      [
        { day: '2026-02-27', value: 4 },
        { day: '2026-02-28', value: null },
        { day: '2026-03-02', value: 10 },
      ],
      5,
    );
    assert.deepEqual(found, {
      columns: [
        { day: '2026-02-27', value: 4, at: 1, height: 0.4 },
        { day: '2026-03-02', value: 10, at: 4, height: 1 },
      ],
      days: 5,
      top: 10,
      first: '2026-02-26',
      last: '2026-03-02',
    });
  });

  test('leaves out what is older', () => {
    const found = chart(
      [
        { day: '2025-01-01', value: 1000 },
        { day: '2026-01-01', value: 0 },
      ],
      90,
    );
    assert.equal(found?.columns.length, 1);
    assert.equal(found?.top, 1);
  });

  test('ends at a number that is easy to read', () => {
    for (const [value, top] of [
      [1, 1],
      [3, 3],
      [7, 8],
      [10, 10],
      [11, 15],
      [230, 300],
      [999, 1000],
    ] as const) {
      assert.equal(roundUp(value), top);
    }
  });
});
