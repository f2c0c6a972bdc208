import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { signal } from '@preact/signals';
import { keepFresh } from './roster-fresh';

/** The longest pause between two looks, in milliseconds. */
const LONGEST = 15_000;

function setUp() {
  const changes = signal(3);
  const held = signal(false);
  let looks = 0;
  const list = {
    refresh: async () => {
      looks++;
    },
  };
  const stop = keepFresh(list, changes, () => held.value);
  return { changes, held, list, stop, looks: () => looks };
}

describe('a list of people', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
  afterEach(() => mock.timers.reset());

  test('is asked for with a change, and not before', () => {
    const { changes, looks, stop } = setUp();
    mock.timers.tick(LONGEST);
    assert.equal(looks(), 0);
    changes.value = 4;
    assert.equal(looks(), 1);
    stop();
  });

  test('is asked for once in ten seconds at most, and then for all that changed', () => {
    const { changes, looks, stop } = setUp();
    changes.value = 4;
    changes.value = 5;
    mock.timers.tick(9_999);
    changes.value = 6;
    assert.equal(looks(), 1);
    mock.timers.tick(LONGEST - 9_999);
    assert.equal(looks(), 2);
    mock.timers.tick(2 * LONGEST);
    assert.equal(looks(), 2);
    stop();
  });

  test('waits while somebody aims at an entry, and comes when they no longer do', () => {
    const { changes, held, looks, stop } = setUp();
    held.value = true;
    changes.value = 4;
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
    const { changes, list, looks, stop } = setUp();
    const { refresh } = list;
    list.refresh = () => Promise.reject(new Error('unreachable'));
    changes.value = 4;
    await Promise.resolve();
    list.refresh = refresh;
    changes.value = 5;
    mock.timers.tick(LONGEST);
    assert.equal(looks(), 1);
    stop();
  });

  test('is let alone when nobody looks any more', () => {
    const { changes, looks, stop } = setUp();
    changes.value = 4;
    changes.value = 5;
    stop();
    changes.value = 6;
    mock.timers.tick(LONGEST);
    assert.equal(looks(), 1);
  });
});
