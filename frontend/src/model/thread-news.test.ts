import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ThreadNews } from './thread-news';

function setUp() {
  const asked = { times: 0 };
  const news = new ThreadNews(
    () => 1,
    () => {
      asked.times++;
    },
  );
  const replied = (root: number, author_id = 2) =>
    news.replied(undefined, { room_id: 7, root, number: 9, count: 1, author_id });
  return { asked, news, replied };
}

test('a reply has the server asked how many threads are unread, once for each thread until it is read', () => {
  const { asked, news, replied } = setUp();
  replied(1);
  replied(1);
  assert.equal(asked.times, 1);
  replied(2);
  assert.equal(asked.times, 2);
  news.read({ room_id: 7, root: 1, number: 9 });
  assert.equal(asked.times, 3);
  replied(1);
  assert.equal(asked.times, 4);
});

test('my own reply makes nothing unread', () => {
  const { asked, replied } = setUp();
  replied(1, 1);
  assert.equal(asked.times, 0);
});

test('after a break nothing is known, and whoever shows threads looks again', () => {
  const { asked, news, replied } = setUp();
  const heard: number[][] = [];
  const stop = news.listen((room, root) => heard.push([room, root]));
  replied(1);
  news.restart();
  replied(1);
  assert.equal(asked.times, 2);
  assert.deepEqual(heard, [
    [7, 1],
    [0, 0],
    [7, 1],
  ]);
  stop();
  replied(3);
  assert.equal(heard.length, 3);
});

test('what the server counts is shown', () => {
  const { news, replied, asked } = setUp();
  news.counted(2);
  assert.equal(news.unread.value, 2);
  replied(1);
  news.counted(0);
  replied(1);
  assert.equal(asked.times, 2);
});
