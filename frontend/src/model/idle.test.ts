import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { IDLE_AFTER, Idleness } from './idle';

describe('a tab', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000_000 }));
  afterEach(() => mock.timers.reset());

  test('is idle five minutes after the last input, and in use with the next', () => {
    const idleness = new Idleness(() => IDLE_AFTER);
    mock.timers.tick(200_000);
    idleness.touched();
    mock.timers.tick(299_999);
    assert.equal(idleness.idle.value, false);
    mock.timers.tick(1);
    assert.equal(idleness.idle.value, true);
    idleness.touched();
    assert.equal(idleness.idle.value, false);
    mock.timers.tick(300_000);
    assert.equal(idleness.idle.value, true);
    idleness.stop();
  });

  test('that nobody ever touched is idle after five minutes', () => {
    const idleness = new Idleness(() => IDLE_AFTER);
    mock.timers.tick(300_000);
    assert.equal(idleness.idle.value, true);
    idleness.stop();
  });

  test('is in use while somebody goes on, however long', () => {
    const idleness = new Idleness(() => IDLE_AFTER);
    const told: boolean[] = [];
    idleness.idle.subscribe((value) => told.push(value));
    for (let i = 0; i < 1_000; i++) {
      mock.timers.tick(7_000);
      idleness.touched();
    }
    assert.deepEqual(told, [false]);
    idleness.stop();
  });

  test('waits as long as it is told with the next input', () => {
    let after = IDLE_AFTER;
    const idleness = new Idleness(() => after);
    after = 2_000;
    idleness.touched();
    mock.timers.tick(2_000);
    assert.equal(idleness.idle.value, true);
    idleness.stop();
  });

  test('is not in use for longer when the clock is set back', (t) => {
    mock.timers.reset();
    // Timers go on as before.
    mock.timers.enable({ apis: ['setTimeout'] });
    let clock = 10_000_000;
    t.mock.method(Date, 'now', () => clock);
    const idleness = new Idleness(() => IDLE_AFTER);
    idleness.touched();
    clock -= 3_600_000;
    mock.timers.tick(300_000);
    assert.equal(idleness.idle.value, true);
    idleness.touched();
    assert.equal(idleness.idle.value, false);
    idleness.stop();
  });

  test('is idle when the machine has slept for long', () => {
    const idleness = new Idleness(() => IDLE_AFTER);
    mock.timers.tick(100_000);
    idleness.touched();
    // Timers stand still meanwhile, and come late.
    mock.timers.setTime(1_000_000 + 3_600_000);
    mock.timers.tick(1);
    assert.equal(idleness.idle.value, true);
    idleness.stop();
  });
});
