import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ThreadEntry, ThreadsPage } from '../api/threads';
import { message, settled, START } from './testing/world';
import { ThreadList } from './thread-list';
import { ThreadNews } from './thread-news';

/** A server with threads, of which the one with the highest time was replied to last. */
function setUp(count: number) {
  const threads = new Map<number, ThreadEntry>();
  const put = (root: number, last_at: number, unread = 0) =>
    threads.set(root, {
      room_id: 7,
      root: message(root),
      unread,
      mentioned: false,
      last_at: START + last_at,
      following: true,
    });
  for (let i = 1; i <= count; i++) put(i, i);
  const state = { fails: false, asked: 0 };
  const load = async (before: string, limit: number): Promise<ThreadsPage> => {
    state.asked++;
    if (state.fails) throw new Error('not now');
    const all = [...threads.values()].sort((a, b) => b.last_at - a.last_at);
    const rest = before === '' ? all : all.filter(({ last_at }) => last_at < Number(before));
    const page = rest.slice(0, limit);
    const next = rest.length > limit ? String(page.at(-1)?.last_at) : '';
    return { threads: page, next, unread: all.filter(({ unread }) => unread > 0).length };
  };
  const news = new ThreadNews(
    () => 1,
    () => {},
  );
  const list = new ThreadList(load, news);
  const roots = () => list.shown.value?.map(({ root }) => root.number);
  const replied = (root: number) =>
    news.replied(undefined, { room_id: 7, root, number: 999, count: 1, author_id: 2 });
  return { list, news, put, roots, replied, state, threads };
}

const down = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, i) => from - i);

test('unread threads come first, each group by its newest replies', async () => {
  const { list, put, roots, news } = setUp(4);
  put(2, 2, 5);
  put(3, 3, 1);
  await list.refresh();
  assert.deepEqual(roots(), [3, 2, 4, 1]);
  assert.equal(news.unread.value, 2);
});

test('a long list comes in pages, each thread once though one moves up meanwhile', async () => {
  const { list, put, roots } = setUp(70);
  await list.refresh();
  assert.deepEqual([roots(), list.more.value], [down(70, 41), true]);
  put(20, 100);
  await list.loadMore();
  put(45, 101);
  await list.loadMore();
  assert.deepEqual([...new Set(roots())].length, roots()?.length);
  assert.equal(list.more.value, false);
  await list.refresh();
  assert.deepEqual(
    [...(roots() ?? [])].sort((a, b) => a - b),
    down(70, 1).reverse(),
  );
  assert.deepEqual(roots()?.slice(0, 2), [45, 20]);
});

test('a thread with a new reply stands where it belongs at once', async () => {
  const { list, put, roots, replied } = setUp(3);
  await list.refresh();
  put(1, 10, 1);
  replied(1);
  await settled();
  assert.deepEqual(roots(), [1, 3, 2]);
});

test('what is heard while a page is on its way is not lost', async () => {
  const { list, put, roots, replied, state } = setUp(2);
  const first = list.refresh();
  put(1, 10, 1);
  replied(1);
  replied(1);
  await first;
  await settled();
  assert.deepEqual(roots(), [1, 2]);
  assert.equal(state.asked, 2);
});

test('a thread that is followed no longer is gone from a short list', async () => {
  const { list, threads, roots } = setUp(3);
  await list.refresh();
  threads.delete(2);
  await list.refresh();
  assert.deepEqual(roots(), [3, 1]);
});

test('a failure is told, and what was there stays', async () => {
  const { list, roots, state } = setUp(2);
  state.fails = true;
  await list.refresh();
  assert.deepEqual([roots(), list.failed.value], [undefined, true]);
  state.fails = false;
  await list.refresh();
  state.fails = true;
  await list.refresh();
  assert.deepEqual([roots(), list.failed.value], [[2, 1], true]);
});

test('a list that is shown no longer asks nothing', async () => {
  const { list, replied, state } = setUp(2);
  list.stop();
  replied(1);
  await settled();
  assert.equal(state.asked, 0);
});
