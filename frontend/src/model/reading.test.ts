import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setUp } from './testing/chat-world';
import { settled } from './testing/world';

describe('a room', () => {
  test('counts what is unread while nobody looks at it', () => {
    const { chat, room, arrives } = setUp();
    arrives();
    arrives();
    assert.equal(room.unread.value, 2);
    assert.equal(chat.unread.value, 2);
  });

  test('takes as read what is seen at the bottom of a focused tab', async () => {
    const { chat, room, arrives, read } = setUp();
    chat.open(7);
    await settled();
    room.placed.value = true;
    arrives();
    await settled();
    assert.equal(room.unread.value, 0);
    assert.deepEqual(read, [4]);
    room.stop();
  });

  test('leaves it unread, with the divider above it, while nobody looks', async () => {
    const { chat, room, arrives, attention } = setUp();
    chat.open(7);
    await settled();
    room.placed.value = true;
    attention.value = false;
    arrives();
    arrives();
    assert.equal(room.unread.value, 2);
    assert.equal(room.reading.divider.value, 3);
    attention.value = true;
    assert.equal(room.unread.value, 0);
    assert.equal(room.reading.divider.value, 3);
    chat.open(null);
    assert.equal(room.reading.divider.value, null);
    room.stop();
  });

  test('leaves it unread until the view shows the end, each time it is opened', async () => {
    const { chat, room, arrives } = setUp(40, { read_number: 10 });
    chat.open(7);
    await settled();
    assert.equal(room.unread.value, 30);
    room.placed.value = true;
    assert.equal(room.unread.value, 0);
    chat.open(null);
    arrives();
    chat.open(7);
    await settled();
    assert.equal(room.unread.value, 1);
    room.atBottom.value = false;
    room.placed.value = true;
    assert.equal(room.unread.value, 1);
    chat.stop();
  });

  test('leaves it unread while the reader is further up', async () => {
    const { chat, room, arrives } = setUp();
    chat.open(7);
    await settled();
    room.atBottom.value = false;
    arrives();
    assert.equal(room.unread.value, 1);
  });

  test('opens with much unread where the unread begins', async () => {
    const { chat, room } = setUp(500, { read_number: 100 });
    chat.open(7);
    await settled();
    assert.equal(room.reading.divider.value, 100);
    assert.ok(room.history.first <= 100 && room.history.last >= 101);
    assert.equal(room.unread.value, 400);
  });

  test('asks for that again only when the unread begins elsewhere', async () => {
    const { chat, room, log, attention } = setUp(300, { read_number: 100 });
    attention.value = false;
    let asked = 0;
    const page = log.page.bind(log);
    log.page = (query) => {
      asked++;
      return page(query);
    };
    for (const [read, wanted] of [
      [100, 1],
      [100, 1],
      [140, 2],
      [140, 2],
    ] as const) {
      room.reading.heardRead({ number: read, aside: 0, mentions: 0 });
      chat.open(7);
      await settled();
      assert.deepEqual([read, asked], [read, wanted]);
      assert.ok(room.history.has(read + 1), `the message after ${read}`);
      chat.open(null);
    }
    chat.stop();
  });

  test('follows reading in another browser', () => {
    const { room, arrives, feed, read } = setUp();
    arrives();
    feed.onHint('read:7', { room_id: 7, number: 4 });
    assert.equal(room.unread.value, 0);
    assert.deepEqual(read, []);
  });

  test('stays unread from where I want it, though I look at it', async () => {
    const { chat, room, arrives, unread } = setUp();
    chat.open(7);
    await settled();
    await room.reading.markUnread(2);
    assert.deepEqual([unread, room.unread.value, room.reading.divider.value], [[2], 2, 1]);
    arrives();
    assert.equal(room.unread.value, 3);
    room.reading.readAll();
    assert.equal(room.unread.value, 0);
    chat.stop();
  });
});
