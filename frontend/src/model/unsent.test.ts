import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { Problem, Unreachable } from '../api/http';
import { listening, setUp, wire } from './testing/chat-world';
import { useMemory } from './testing/memory';
import { World } from './testing/outbox-world';
import { ana, entry, settled } from './testing/world';

const away = () => new Unreachable(new Error('no network'));

describe('what was not sent', () => {
  beforeEach(useMemory);

  test('is in front of the draft when the chat ends, and the next chat finds it', async () => {
    const { chat, room } = setUp();
    room.writing.setDraft('half a');
    room.send('one');
    room.send('two');
    chat.stop();
    assert.equal(chat.unsent.any, false);
    const next = setUp();
    assert.equal(next.room.writing.draft.value, 'one\n\ntwo\n\nhalf a');
    assert.deepEqual(next.sent, []);
    chat.stop();
    assert.equal(setUp().room.writing.draft.value, 'one\n\ntwo\n\nhalf a');
  });

  test('is a draft when the room is taken away and comes back', () => {
    const { chat, room } = setUp();
    room.send('one');
    chat.remove(7);
    assert.equal(chat.add(entry(7)).writing.draft.value, 'one');
  });

  test('is a draft too when it was refused', async () => {
    const { chat, room, sends } = setUp();
    room.send('refused');
    await sends.fail(new Problem(403, 'No.', null, {}));
    chat.stop();
    assert.equal(room.writing.draft.value, 'refused');
  });

  test('does not have what the server has acknowledged or the room has shown', async () => {
    const { chat, room, feed, log, sends, sent } = setUp();
    chat.open(7);
    await settled();
    room.send('shown');
    room.send('acknowledged');
    const shown = log.post({ author: ana, client_id: sent[0] ?? '', body: 'shown' });
    feed.onData('room:7', shown.seq, { kind: 'message', message: wire(shown) });
    await sends.answer(shown);
    log.post();
    await sends.answer(log.post({ author: ana, client_id: sent[1] ?? '', body: 'acknowledged' }));
    chat.stop();
    assert.equal(room.writing.draft.value, '');
  });

  test('does not have what an older page of the history has shown', async () => {
    const { chat, room, log, sent } = setUp(500, { read_number: 100 });
    room.send('lost acknowledgement');
    await settled();
    const at = log.messages[104];
    if (at) log.messages[104] = { ...at, author: ana, client_id: sent[0] ?? '' };
    await room.history.openAround(100);
    chat.stop();
    assert.equal(room.writing.draft.value, '');
  });

  test('does not go out while somebody else may be signed in in the browser', async () => {
    let still = false;
    const { chat, room, sends, sent, log } = setUp(3, {}, [], {}, { isStillMe: () => still });
    room.send('mine');
    await settled();
    assert.deepEqual([sent, chat.unsent.any], [[], true]);
    still = true;
    chat.stop();
    assert.equal(room.writing.draft.value, 'mine');
    room.writing.setDraft('');
    const again = setUp(3, {}, [], {}, { isStillMe: () => still });
    again.room.send('mine');
    await again.sends.answer(again.log.post({ author: ana, client_id: again.sent[0] ?? '' }));
    assert.deepEqual([again.sent.length, again.chat.unsent.any], [1, false]);
    assert.deepEqual([sends.count, log.messages.length], [0, 3]);
    again.chat.stop();
  });

  test('is there for the next chat, unless it is given up: then it is among the drafts', async () => {
    const world = new World();
    const tab = world.open();
    const letHappen = async () => {
      await settled();
      for (let [step] = world.possible; step; [step] = world.possible) await world.happen(step);
    };
    await letHappen();
    const first = setUp(3, {}, [], {}, { openOutbox: async () => tab.sender });
    await letHappen();
    first.room.send('kept');
    await letHappen();
    assert.equal(first.chat.unsent.fleeting, false);
    first.chat.stop();
    assert.deepEqual([first.room.writing.draft.value, world.shelf.size], ['', 1]);
    // The next page, which reads what is kept.
    const { sender } = world.open();
    await letHappen();
    const next = setUp(3, {}, [], {}, { openOutbox: async () => sender });
    await letHappen();
    assert.deepEqual(
      next.room.outbox.of(0).map(({ body }) => body),
      ['kept'],
    );
    next.chat.unsent.giveUp();
    await letHappen();
    assert.deepEqual([next.room.writing.draft.value, world.shelf.size], ['kept', 0]);
    next.chat.stop();
  });

  test('has the connection looked at when the page believes that it is fine', async () => {
    const { chat, room, feed, sends, channel } = setUp();
    feed.onState(listening);
    room.send('hello');
    await sends.fail(away());
    assert.deepEqual(channel, ['start', 'retryNow']);
    chat.stop();
  });

  test('leaves the connection alone when it is known to be away, or the server has answered', async () => {
    const { chat, room, feed, sends, channel } = setUp();
    feed.onState(listening);
    room.send('refused');
    await sends.fail(new Problem(403, 'No.', null, {}));
    feed.onState({ ...listening, phase: 'error' });
    room.send('hello');
    await sends.fail(away());
    assert.deepEqual(channel, ['start']);
    chat.stop();
  });
});
