import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Feed } from './feed';

function take(feed: Feed): unknown[] {
  const taken: unknown[] = [];
  for (let item = feed.next(); item !== undefined; item = feed.next()) {
    taken.push(item?.payload);
    feed.advance();
  }
  return taken;
}

test('Events are given in order and once, however they come', () => {
  const feed = new Feed([1, 5], 1);
  for (const seq of [7, 5, 7, 6, 4, 9, 6]) feed.keep(1, seq, { payload: seq });
  assert.deepEqual(take(feed), [6, 7]);
  assert.ok(feed.behind);
  feed.keep(1, 8, null);
  assert.deepEqual(take(feed), [undefined, 9]);
  assert.ok(!feed.behind);
  assert.deepEqual(feed.cursor, [1, 9]);
});

test('What comes while the content is loaded follows on it, and what it holds already does not', () => {
  const feed = new Feed([1, 5], 1);
  feed.loading = true;
  for (const seq of [20, 21, 22]) feed.keep(2, seq, { payload: seq });
  assert.ok(feed.misplaced);
  feed.jump([2, 20], 2);
  assert.ok(!feed.loading);
  assert.deepEqual(take(feed), [21, 22]);
});

test('Content of another epoch than the server names is loaded once more, and then believed', () => {
  const feed = new Feed([1, 5], 1);
  feed.keep(2, 1, { payload: 'of epoch 2' });
  feed.loading = true;
  feed.jump([3, 7], 2);
  assert.ok(feed.loading);
  feed.jump([3, 7], 3);
  assert.ok(!feed.loading && !feed.misplaced && !feed.behind);
  feed.keep(3, 8, { payload: 'next' });
  assert.deepEqual(take(feed), ['next']);
});

test('A topic far ahead does not fill the memory', () => {
  const feed = new Feed([1, 0], 1);
  for (let seq = 2; seq <= 5_000; seq += 1) feed.keep(1, seq, { payload: seq });
  feed.keep(1, 1, { payload: 1 });
  assert.equal(take(feed).length, 1_000);
  assert.ok(feed.behind);
});

test('Whoever jumps over a gap goes on with the first event that has come since', () => {
  const feed = new Feed([1, 5], 1);
  assert.deepEqual(feed.head, [1, 5]);
  feed.keep(1, 2_000);
  assert.deepEqual(feed.head, [1, 2_000]);
  feed.loading = true;
  feed.keep(3, 40, { payload: 40 });
  feed.keep(3, 41, { payload: 41 });
  assert.deepEqual(feed.head, [3, 39]);
  feed.jump(feed.head, 2);
  assert.deepEqual(take(feed), [40, 41]);
  assert.deepEqual(feed.head, [3, 41]);
});
