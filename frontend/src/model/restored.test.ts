import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { bodies, setUp } from './testing/chat-world';
import { entry, message, overview, settled } from './testing/world';

/** An open room, and a server that after a restore has only the first two of its messages. */
async function setUpRestored(count = 5) {
  const world = setUp(count);
  const { api, chat, feed, log, rooms } = world;
  const restore = () => {
    log.messages.length = 2;
    log.epoch = 9;
    rooms.splice(0, 1, entry(7, { last_number: 2, read_number: 1, position: { epoch: 9, seq: 2 } }));
    api.overview = async () => overview(rooms, { user_position: { epoch: 9, seq: 0 } });
  };
  chat.open(7);
  await settled();
  world.room.placed.value = true;
  const gap = async (topic: string) => {
    const at = await feed.onGap(topic, [2, 0]);
    await settled();
    return at;
  };
  return { ...world, restore, gap };
}

describe('a room after the server was restored', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'] }));
  afterEach(() => mock.timers.reset());

  test('shows what the server has now and nothing that was lost', async () => {
    const { chat, room, restore, gap } = await setUpRestored();
    room.addNotice({ kind: 'join', user: 2, actor: null, at: 0 });
    restore();
    assert.deepEqual(await gap('room:7'), [9, 2]);
    assert.deepEqual(bodies(chat), ['message 1', 'message 2']);
    assert.equal(room.notices.lines.value.length, 0);
    assert.deepEqual([room.reading.last.value, room.reading.read.value, room.unread.value], [2, 2, 0]);
    chat.stop();
  });

  test('takes no new message for one that was lost', async () => {
    const { chat, room, arrives, read, restore, gap } = await setUpRestored();
    restore();
    await gap('room:7');
    arrives({ body: 'new' });
    assert.deepEqual(bodies(chat), ['message 1', 'message 2', 'new']);
    assert.equal(room.reading.last.value, 3);
    await settled();
    mock.timers.tick(2_000);
    await settled();
    assert.equal(read.at(-1), 3);
    chat.stop();
  });

  test('begins anew for a reader further up, too', async () => {
    const { chat, room, restore, gap } = await setUpRestored(200);
    room.atBottom.value = false;
    restore();
    await gap('room:7');
    assert.deepEqual(bodies(chat), ['message 1', 'message 2']);
    assert.equal(room.history.newer.value, false);
    chat.stop();
  });

  test('counts what is unread anew while it is not open', async () => {
    const { chat, room, restore, gap } = await setUpRestored();
    chat.open(null);
    restore();
    await gap('user:1');
    assert.deepEqual([room.reading.last.value, room.reading.read.value], [2, 2]);
    chat.stop();
  });

  test('sends what was written meanwhile once, and forgets what the server had and lost', async () => {
    const { chat, room, log, sends, restore, gap } = await setUpRestored();
    room.send('had');
    room.send('unsent');
    await settled();
    await sends.answer(message(7, { client_id: room.outbox.entries.value[0]?.clientId ?? '', body: 'had' }));
    assert.deepEqual(
      room.outbox.entries.value.map(({ body, state }) => `${body} ${state}`),
      ['had sent', 'unsent sending'],
    );
    restore();
    const mine = { client_id: room.outbox.entries.value[1]?.clientId ?? '', body: 'unsent' };
    await sends.answer(log.post({ ...mine, author: chat.me }));
    await gap('room:7');
    assert.deepEqual(bodies(chat), ['message 1', 'message 2', 'unsent']);
    assert.deepEqual(room.outbox.entries.value, []);
    chat.stop();
  });

  test('puts no page of another time to what it shows', async () => {
    const { chat, room, restore } = await setUpRestored(200);
    const shown = bodies(chat).length;
    restore();
    await room.history.loadOlder();
    assert.equal(bodies(chat).length, shown);
    chat.stop();
  });
});
