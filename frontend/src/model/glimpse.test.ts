import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { glimpse } from './glimpse';
import { buildItems } from './items';
import { ana, bo, message } from './testing/world';

/** A hundred lines of one author after a day line, and a divider after the message with this number. */
function lines(divider: number | null = null, count = 100) {
  return buildItems({
    messages: Array.from({ length: count }, (_, n) => message(n + 1, { author: bo })),
    complete: true,
    outgoing: [],
    notices: [],
    manner: 'condense',
    divider,
    blocked: new Set(),
    ownDeletions: new Map(),
    me: ana,
  });
}

describe('What fills the view is', () => {
  test('as many lines as can stand in it, at the end of the list', () => {
    const list = lines();
    const [from, to] = glimpse(list, null, 480);
    assert.equal(to, list.length);
    assert.ok(to - from >= 480 / 26 && to - from < 30, `${to - from} lines`);
  });

  test('all of a list that is short', () => {
    assert.deepEqual(glimpse(lines(null, 5), null, 480), [0, 6]);
    assert.deepEqual(glimpse([], null, 480), [0, 0]);
  });

  test('around the line where one goes on to read', () => {
    const list = lines(50);
    const at = list.findIndex(({ kind }) => kind === 'divider');
    const [from, to] = glimpse(list, { key: 'divider', offset: 120 }, 480);
    assert.ok((at - from) * 24 >= 120 && at - from < 10, `${at - from} lines above`);
    assert.ok((to - at) * 26 >= 480 - 120 && to - at < 30, `${to - at} lines below`);
  });

  test('more of what stands above the line, when little follows it', () => {
    const list = lines(98);
    const [from, to] = glimpse(list, { key: 'divider', offset: 120 }, 480);
    assert.equal(to, list.length);
    assert.ok((to - from) * 24 >= 480, `${to - from} lines`);
  });

  test('the end, when that line is not there any more', () => {
    const list = lines();
    assert.equal(glimpse(list, { key: 'gone', offset: -10 }, 480)[1], list.length);
  });
});
