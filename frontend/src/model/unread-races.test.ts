/** Answers about what is unread that cross what is read, said, changed or restored meanwhile. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import type { ReadMark } from '../api/attention-records';
import type { RoomEntry } from '../api/records';
import { setUp, wire } from './testing/chat-world';
import { bo, entry, Later, ana, message, settled } from './testing/world';

/** Room 7, of which the server says by and by what it is told to. */
function world(mine: Partial<RoomEntry> = {}) {
  const begin = { last_number: 10, read_number: 4, mentions: 2, position: { epoch: 1, seq: 10 }, ...mine };
  const made = setUp(10, begin);
  made.attention.value = false;
  /** What the server knows from now on. */
  const knows = (more: Partial<RoomEntry>) => void made.rooms.splice(0, 1, entry(7, { ...begin, ...more }));
  const hint = (number: number, mentions: number, back = false) =>
    made.feed.onHint('read:7', { room_id: 7, number, aside: 0, mentions, back });
  /** Lets time pass and what was asked for be answered. */
  const pass = async (ms = 8_000) => {
    mock.timers.tick(ms);
    await settled();
  };
  const state = () => {
    const { last, read, unread, mentions } = made.room.reading;
    return [last.value, read.value, unread.value, mentions.count.value];
  };
  return { ...made, knows, hint, pass, state };
}

describe('what is unread', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'] }));
  afterEach(() => mock.timers.reset());

  test('is asked for after a restore to an earlier state', async () => {
    const { chat, room, knows, pass, state } = world();
    room.reading.readAll();
    knows({ last_number: 8, read_number: 3, mentions: 3, position: { epoch: 2, seq: 8 } });
    await chat.refresh();
    await pass();
    assert.deepEqual(state(), [8, 3, 5, 3]);
    chat.stop();
  });

  test('is what was made unread elsewhere while an overview was under way', async () => {
    const { chat, knows, hint, pass, state, api } = world({ read_number: 10, mentions: 0 });
    const late = await api.overview();
    let answer = (): void => {};
    api.overview = () =>
      new Promise((resolve) => {
        answer = () => resolve(late);
      });
    void chat.refresh();
    hint(2, 3, true);
    knows({ read_number: 2, mentions: 3 });
    answer();
    await settled();
    assert.deepEqual(state(), [10, 2, 8, 0]);
    await pass();
    assert.deepEqual(state(), [10, 2, 8, 3]);
    chat.stop();
  });

  test('of a room that is mine no more is not asked for again and again', async () => {
    const { chat, rooms, hint, pass, api } = world();
    rooms.length = 0;
    let asked = 0;
    api.room = async () => {
      asked++;
      throw new Error('there is no such room');
    };
    const refreshed = chat.refresh();
    hint(6, 1);
    await refreshed;
    await pass();
    await pass(60_000);
    assert.deepEqual([asked, chat.rooms.value.size], [0, 0]);
    chat.stop();
  });

  test('is asked for of all before anybody asks again', async () => {
    const { chat, rooms, room, api } = world();
    rooms.push(entry(8));
    await chat.refresh();
    const other = chat.rooms.value.get(8);
    assert.ok(other);
    const slow = new Later<RoomEntry>();
    api.room = (id) => (id === 7 ? slow.ask() : Promise.reject(new Error('away')));
    let over = false;
    const load = chat.loadFigures([other, room]).catch(() => {
      over = true;
    });
    await settled();
    assert.equal(over, false);
    await slow.answer(entry(7, { name: 'another name' }));
    await load;
    assert.deepEqual([over, room.name.value], [true, 'another name']);
    chat.stop();
  });

  test('has no mention that was deleted, nor misses one by an edit, while the server was asked', async () => {
    const { chat, room, feed, arrives, knows, pass, state, api } = world();
    const slow = new Later<RoomEntry>();
    const { room: quick } = api;
    api.room = slow.ask;
    chat.feed.askFigures(room);
    await pass();
    const counted = { last_number: 11, read_number: 4, mentions: 3, position: { epoch: 1, seq: 11 } };
    arrives({ author: bo, mentions: [ana.id] });
    feed.onData('room:7', 12, { kind: 'messages-deleted', numbers: [11] });
    api.room = quick;
    knows({ ...counted, mentions: 2, position: { epoch: 1, seq: 12 } });
    await slow.answer(entry(7, counted));
    await pass();
    assert.deepEqual(state(), [11, 4, 7, 2]);

    api.room = slow.ask;
    chat.feed.askFigures(room);
    await pass();
    arrives({ author: bo });
    const edited = message(12, { author: bo, mentions: [ana.id], edited_at: 1_000 });
    feed.onData('room:7', 14, { kind: 'message-edited', message: wire(edited) });
    api.room = quick;
    const plain = { ...counted, last_number: 12, mentions: 2 };
    knows({ ...plain, mentions: 3, position: { epoch: 1, seq: 14 } });
    await slow.answer(entry(7, plain));
    await pass();
    assert.deepEqual(state(), [12, 4, 8, 3]);
    chat.stop();
  });

  test('is asked for when it was read elsewhere while this page was telling how far it had read', async () => {
    const { chat, room, knows, hint, pass, state, api } = world({ mentions: 3 });
    const told = new Later<ReadMark>();
    api.markRead = told.ask;
    room.reading.seen({ number: 6, aside: 0 });
    knows({ read_number: 9, mentions: 1 });
    hint(9, 1);
    const { count } = room.reading.mentions;
    await told.answer({ number: 9, aside: 0, mentions: count.value });
    await pass();
    assert.deepEqual(state().slice(3), [1]);
    chat.stop();
  });

  test('is asked for when what was made unread and what was read then were told as one, and is told anew', async () => {
    const { chat, room, knows, hint, pass, state, read, attention } = world();
    chat.open(7);
    await settled();
    room.placed.value = true;
    attention.value = true;
    await pass();
    assert.deepEqual([state(), read], [[10, 10, 0, 0], [10]]);
    knows({ read_number: 5, mentions: 1 });
    hint(5, 1);
    await pass();
    assert.deepEqual(state(), [10, 5, 5, 1]);
    chat.open(null);
    chat.open(7);
    await settled();
    room.placed.value = true;
    await pass();
    assert.deepEqual(
      [state(), read],
      [
        [10, 10, 0, 0],
        [10, 10],
      ],
    );
    chat.stop();
  });

  test('of the room on the screen is told anew to a restored server that has forgotten it', async () => {
    const { chat, room, feed, log, knows, pass, state, read, attention } = world({
      read_number: 10,
      mentions: 0,
    });
    chat.open(7);
    await settled();
    room.placed.value = true;
    attention.value = true;
    log.messages.length = 8;
    log.epoch = 2;
    knows({ last_number: 8, read_number: 3, mentions: 0, position: { epoch: 2, seq: 8 } });
    await feed.onGap('room:7', [2, 0]);
    await pass();
    assert.deepEqual([state(), read], [[8, 8, 0, 0], [8]]);
    chat.stop();
  });

  test('is asked for no more by a chat that has ended, before it was asked or while', async () => {
    for (const asks of [0, 1]) {
      const { chat, room, pass, api } = world();
      const slow = new Later<RoomEntry>();
      let asked = 0;
      api.room = () => {
        asked++;
        return slow.ask();
      };
      if (asks > 0) chat.feed.askFigures(room);
      await pass();
      chat.stop();
      await slow.fail(new Error('away'));
      chat.feed.askFigures(room);
      await pass(120_000);
      assert.equal(asked, asks);
    }
  });
});
