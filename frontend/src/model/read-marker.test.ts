import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { ReadMarker } from './read-marker';
import { Later, settled } from './testing/world';

describe('the read marker', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
  afterEach(() => mock.timers.reset());

  const pass = async (ms: number) => {
    mock.timers.tick(ms);
    await settled();
  };

  test('tells at once, then at most every two seconds, and the last one always', async () => {
    const told: number[] = [];
    const marker = new ReadMarker(async (number) => void told.push(number));
    for (let number = 1; number <= 10; number++) marker.mark(number);
    await settled();
    assert.deepEqual(told, [1]);
    await pass(2_000);
    assert.deepEqual(told, [1, 10]);
    await pass(60_000);
    assert.deepEqual(told, [1, 10]);
  });

  test('never goes back', async () => {
    const told: number[] = [];
    const marker = new ReadMarker(async (number) => void told.push(number));
    marker.mark(5);
    marker.mark(3);
    await pass(10_000);
    assert.deepEqual(told, [5]);
  });

  test('tells again, more and more slowly, until the server has heard it', async () => {
    const told: number[] = [];
    let away = true;
    const marker = new ReadMarker(async (number) => {
      told.push(number);
      if (away) throw new Error('away');
    });
    marker.mark(7);
    for (let i = 0; i < 30; i++) await pass(1_000);
    const tries = told.length;
    assert.ok(tries >= 3 && tries <= 6, `${tries} tries in 30 s`);
    away = false;
    for (let i = 0; i < 240; i++) await pass(1_000);
    assert.equal(told.length, tries + 1);
    assert.ok(told.every((number) => number === 7));
  });

  test('tells a number again that was on its way when the numbers began anew', async () => {
    const told: number[] = [];
    const answers = new Later<void>();
    const marker = new ReadMarker((number) => {
      told.push(number);
      return answers.ask();
    });
    marker.mark(10);
    marker.restart();
    await answers.answer();
    marker.mark(10);
    await pass(2_000);
    assert.deepEqual(told, [10, 10]);
  });

  test('is quiet after it was stopped', async () => {
    const told: number[] = [];
    const marker = new ReadMarker(async (number) => void told.push(number));
    marker.mark(1);
    marker.mark(2);
    marker.stop();
    await pass(60_000);
    assert.deepEqual(told, [1]);
  });
});
