import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import type { Unread, UnreadRoom } from '../api/attention';
import { Unreachable } from '../api/http';
import type { RoomEntry } from '../api/records';
import { listening, setUp } from './testing/chat-world';
import { ana, bo, entry, Later, settled } from './testing/world';

const figures = (more: Partial<UnreadRoom> = {}): Unread => ({
  rooms: [
    { room_id: 7, last_number: 10, last_aside: 0, read_number: 4, read_aside: 0, mentions: 2, ...more },
  ],
  threads_unread: 3,
});

/** A page that begins to listen while the server has not answered yet. */
function world() {
  const made = setUp(10, { read_number: 4 });
  const answers = new Later<Unread>();
  made.api.unread = answers.ask;
  made.attention.value = false;
  const listen = () => {
    made.feed.onState({ ...listening, phase: 'error' });
    made.feed.onState(listening);
  };
  listen();
  return { ...made, answers, listen };
}

const state = ({ room }: ReturnType<typeof world>) => [
  room.reading.last.value,
  room.reading.read.value,
  room.unread.value,
  room.reading.mentions.count.value,
];

describe('what is unread after a break', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'] }));
  afterEach(() => mock.timers.reset());

  test('is what the server says, of what was read elsewhere too', async () => {
    const made = world();
    await made.answers.answer(figures({ last_number: 12, read_number: 11, mentions: 1 }));
    assert.deepEqual(state(made), [12, 11, 1, 1]);
    assert.equal(made.chat.threads.unread.value, 3);
    made.listen();
    await made.answers.answer(figures({ last_number: 12, read_number: 2 }));
    assert.deepEqual(state(made), [12, 2, 10, 2]);
    made.chat.stop();
  });

  test('has no mention in a thread any more once the timeline is read to its end', async () => {
    const made = setUp(4, { read_number: 4, mentions: 1, last_number: 5, last_aside: 1 });
    made.chat.open(7);
    await settled();
    made.room.placed.value = true;
    mock.timers.tick(5_000);
    assert.deepEqual(
      [made.room.reading.read.value, made.room.reading.mentions.count.value, made.read],
      [5, 0, [5]],
    );
    made.chat.stop();
  });

  test('has the mention as long as the timeline goes on', async () => {
    const made = setUp(4, { read_number: 4, mentions: 1, last_number: 6, last_aside: 1 });
    made.chat.open(7);
    await settled();
    assert.deepEqual([made.room.reading.read.value, made.room.reading.mentions.count.value], [4, 1]);
    made.chat.stop();
  });

  test('is not what the server said before something was read here', async () => {
    const made = world();
    made.room.reading.readAll();
    await made.answers.answer(figures());
    assert.deepEqual(state(made), [10, 10, 0, 0]);
    made.chat.stop();
  });

  test('has no mentions that were read on another device after the server had counted them', async () => {
    const made = world();
    made.feed.onHint('read:7', { room_id: 7, number: 9, aside: 0, mentions: 1 });
    const wanted = entry(7, {
      last_number: 10,
      read_number: 9,
      mentions: 1,
      position: { epoch: 1, seq: 10 },
    });
    made.rooms.splice(0, 1, wanted);
    mock.timers.tick(8_000);
    await settled();
    assert.deepEqual(state(made), [10, 9, 1, 1]);
    await made.answers.answer(figures());
    assert.deepEqual(state(made), [10, 9, 1, 1]);
    made.chat.stop();
  });

  test('is not what the server said before something was made unread on another device', async () => {
    const made = world();
    await made.answers.answer(figures({ read_number: 10, mentions: 0 }));
    made.feed.onHint('read:7', { room_id: 7, number: 9, aside: 0, mentions: 1 });
    const later = new Later<RoomEntry>();
    made.api.room = later.ask;
    made.chat.feed.askFigures(made.room);
    mock.timers.tick(8_000);
    await settled();
    made.feed.onHint('read:7', { room_id: 7, number: 1, aside: 0, mentions: 2, back: true });
    await later.answer(entry(7, { last_number: 10, read_number: 10, position: { epoch: 1, seq: 10 } }));
    assert.deepEqual(state(made), [10, 1, 9, 0]);
    made.chat.stop();
  });

  test('has what came after the server had counted', async () => {
    const made = world();
    made.arrives({ author: bo, mentions: [ana.id] });
    await made.answers.answer(figures());
    assert.deepEqual(state(made), [11, 4, 7, 3]);
    made.chat.stop();
  });

  test('counts a mention once that the server had counted before it came', async () => {
    const made = world();
    await made.answers.answer(figures({ last_number: 11, mentions: 3 }));
    made.arrives({ author: bo, mentions: [ana.id] });
    assert.deepEqual(state(made), [11, 4, 7, 3]);
    made.chat.stop();
  });

  test('is asked for once more when the page listens anew meanwhile', async () => {
    const made = world();
    made.listen();
    made.listen();
    assert.equal(made.answers.count, 1);
    await made.answers.answer(figures());
    assert.equal(made.answers.count, 1);
    await made.answers.answer(figures({ mentions: 1 }));
    assert.equal(made.answers.count, 0);
    assert.equal(made.room.reading.mentions.count.value, 1);
    made.chat.stop();
  });

  test('is asked for the next time when it could not be had', async () => {
    const made = world();
    await made.answers.fail(new Error('no answer'));
    made.listen();
    await made.answers.answer(figures({ mentions: 1 }));
    assert.equal(made.room.reading.mentions.count.value, 1);
    made.chat.stop();
  });

  test('is asked for again by itself when no answer came, as over a connection that died in sleep', async () => {
    const made = world();
    await made.answers.fail(new Unreachable(new Error('no answer')));
    assert.equal(made.answers.count, 0);
    mock.timers.tick(1_000);
    await made.answers.answer(figures({ mentions: 1 }));
    assert.equal(made.room.reading.mentions.count.value, 1);
    made.chat.stop();
  });
});

describe('mentions', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'] }));
  afterEach(() => mock.timers.reset());

  test('are those of me and of everybody, by others, once', async () => {
    const made = world();
    made.arrives({ author: bo, mentions: [ana.id] });
    made.arrives({ author: bo, mentions_all: 'room' });
    made.arrives({ author: bo, mentions: [bo.id] });
    made.arrives({ author: ana, mentions: [ana.id] });
    made.arrives({ author: bo, mentions: [ana.id], thread: 3, aside: 1 });
    assert.equal(made.room.reading.mentions.count.value, 3);
    made.chat.stop();
  });

  test('that were read elsewhere in part are asked for', async () => {
    const made = world();
    await made.answers.answer(figures());
    const wanted = entry(7, {
      last_number: 10,
      read_number: 6,
      mentions: 1,
      position: { epoch: 1, seq: 10 },
    });
    made.rooms.splice(0, 1, wanted);
    made.feed.onHint('read:7', { room_id: 7, number: 6, aside: 0, mentions: 1 });
    assert.deepEqual(state(made), [10, 6, 4, 2]);
    mock.timers.tick(8_000);
    await settled();
    assert.deepEqual(made.asked, [7]);
    assert.deepEqual(state(made), [10, 6, 4, 1]);
    made.chat.stop();
  });

  test('go with the message that is deleted, which the server is asked about where it counted', async () => {
    const made = world();
    await made.answers.answer(figures());
    made.arrives({ author: bo, mentions: [ana.id] });
    made.feed.onData('room:7', 12, { kind: 'messages-deleted', numbers: [11] });
    assert.equal(made.room.reading.mentions.count.value, 2);
    mock.timers.tick(8_000);
    await settled();
    assert.deepEqual(made.asked, []);
    made.feed.onData('room:7', 13, { kind: 'messages-deleted', numbers: [8] });
    mock.timers.tick(8_000);
    await settled();
    assert.deepEqual(made.asked, [7]);
    made.chat.stop();
  });
});

test('what another browser made unread stays so though somebody looks at it', async () => {
  const { chat, room, feed, attention, arrives, read } = setUp(5);
  chat.open(7);
  await settled();
  room.placed.value = true;
  feed.onHint('read:7', { room_id: 7, number: 2, aside: 0, mentions: 0, back: true });
  assert.equal(room.unread.value, 3);
  attention.value = false;
  attention.value = true;
  arrives();
  assert.equal(room.unread.value, 4);
  chat.open(null);
  chat.open(7);
  await settled();
  room.placed.value = true;
  assert.equal(room.unread.value, 0);
  assert.deepEqual(read, [6]);
  chat.stop();
});

test('what another browser made unread of a room that is not open is read by whoever opens it', async () => {
  const { chat, room, feed, read } = setUp(5);
  feed.onHint('read:7', { room_id: 7, number: 2, aside: 0, mentions: 0, back: true });
  assert.equal(room.unread.value, 3);
  chat.open(7);
  await settled();
  room.placed.value = true;
  assert.equal(room.unread.value, 0);
  assert.deepEqual(read, [5]);
  chat.stop();
});
