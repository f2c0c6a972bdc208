import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { signal } from '@preact/signals';
import { keepFresh } from './roster-fresh';

/** The longest pause between two looks, in milliseconds. */
const LONGEST = 15_000;

function setUp() {
  const here = signal<number | null>(3);
  const held = signal(false);
  let looks = 0;
  const list = {
    refresh: async () => {
      looks++;
    },
  };
  const stop = keepFresh(list, here, () => held.value);
  return { here, held, list, stop, looks: () => looks };
}

describe('the list of those who are here', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
  afterEach(() => mock.timers.reset());

  test('is asked for when their count changes, and not before', () => {
    const { here, looks, stop } = setUp();
    mock.timers.tick(LONGEST);
    assert.equal(looks(), 0);
    here.value = 4;
    assert.equal(looks(), 1);
    stop();
  });

  test('is asked for once in ten seconds at most, and then for all that changed', () => {
    const { here, looks, stop } = setUp();
    here.value = 4;
    here.value = 5;
    mock.timers.tick(9_999);
    here.value = 4;
    assert.equal(looks(), 1);
    mock.timers.tick(LONGEST - 9_999);
    assert.equal(looks(), 2);
    mock.timers.tick(2 * LONGEST);
    assert.equal(looks(), 2);
    stop();
  });

  test('waits while somebody aims at an entry, and comes when they no longer do', () => {
    const { here, held, looks, stop } = setUp();
    held.value = true;
    here.value = 4;
    mock.timers.tick(LONGEST);
    assert.equal(looks(), 0);
    held.value = false;
    assert.equal(looks(), 1);
    mock.timers.tick(LONGEST);
    held.value = true;
    held.value = false;
    assert.equal(looks(), 1);
    stop();
  });

  test('is asked for again after a failure, with the next change', async () => {
    const { here, list, looks, stop } = setUp();
    const { refresh } = list;
    list.refresh = () => Promise.reject(new Error('unreachable'));
    here.value = 4;
    await Promise.resolve();
    list.refresh = refresh;
    here.value = 5;
    mock.timers.tick(LONGEST);
    assert.equal(looks(), 1);
    stop();
  });

  test('is let alone when nobody looks any more', () => {
    const { here, looks, stop } = setUp();
    here.value = 4;
    here.value = 5;
    stop();
    here.value = 6;
    mock.timers.tick(LONGEST);
    assert.equal(looks(), 1);
  });
});
