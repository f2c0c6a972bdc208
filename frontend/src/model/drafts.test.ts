import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { listening, setUp } from './testing/chat-world';
import { useMemory } from './testing/memory';
import { entry, Later, settled, START } from './testing/world';

describe('drafts on several devices', () => {
  beforeEach(() => {
    useMemory();
    mock.timers.enable({ apis: ['setTimeout', 'Date'], now: START });
  });
  afterEach(() => mock.timers.reset());

  const pass = async (ms: number) => {
    mock.timers.tick(ms);
    await settled();
  };
  const hint = (text: string, change = {}) =>
    ({ kind: 'draft', room_id: 7, thread: 0, text, client: 'another', ...change }) as const;

  test('the server gets what was typed after a pause, and that it was sent at once', async () => {
    const { room, drafts, puts, chat } = setUp();
    room.writing.write('h');
    await pass(500);
    room.writing.write('hello');
    await pass(999);
    assert.deepEqual(puts, []);
    await pass(1);
    assert.equal(drafts.get('7.0'), 'hello');
    room.writing.compose.send('hello');
    await pass(0);
    assert.deepEqual([puts, drafts.get('7.0')], [['hello', ''], '']);
    chat.stop();
  });

  test('somebody who types without a pause is copied all the same', async () => {
    const { room, puts, chat } = setUp();
    for (let i = 1; i <= 6; i++) {
      room.writing.write('x'.repeat(i));
      await pass(900);
    }
    assert.equal(puts.length, 1);
    chat.stop();
  });

  test('a change elsewhere shows here, and is not sent back', async () => {
    const { room, chat, puts } = setUp();
    chat.drafts.hinted(hint('from my phone'));
    assert.equal(room.writing.draft.value, 'from my phone');
    await pass(60_000);
    assert.deepEqual(puts, []);
    chat.drafts.hinted(hint(''));
    assert.equal(room.writing.draft.value, '');
    chat.stop();
  });

  test('nothing changes under the fingers of somebody who types, and nothing is lost', async () => {
    const { room, chat, drafts } = setUp();
    room.writing.write('at the desk');
    chat.drafts.hinted(hint('on the train'));
    for (let i = 0; i < 3; i++) {
      await pass(2_000);
      assert.equal(room.writing.draft.value, `at the desk${'!'.repeat(i)}`);
      room.writing.write(`at the desk${'!'.repeat(i + 1)}`);
    }
    await pass(3_000);
    assert.equal(room.writing.draft.value, 'on the train\n\nat the desk!!!');
    await pass(1_000);
    assert.equal(drafts.get('7.0'), 'on the train\n\nat the desk!!!');
    chat.stop();
  });

  test('what was written without a connection is caught up later', async () => {
    const { room, chat, feed, drafts, lines } = setUp();
    lines.down = true;
    room.writing.write('on the road');
    await pass(1_000);
    feed.onState({ ...listening, phase: 'error' });
    lines.down = false;
    feed.onState(listening);
    await pass(0);
    assert.equal(drafts.get('7.0'), 'on the road');
    chat.stop();
  });

  test('what was changed elsewhere while nobody listened is there after the connection is back', async () => {
    const { room, chat, feed, drafts } = setUp();
    drafts.set('7.0', 'meanwhile');
    feed.onState(listening);
    await settled();
    assert.equal(room.writing.draft.value, 'meanwhile');
    chat.stop();
  });

  test('a page that was closed before the server knew has it know when it opens again', async () => {
    const first = setUp();
    first.lines.down = true;
    first.room.writing.write('crash');
    await pass(1_000);
    first.chat.stop();
    const next = setUp();
    assert.equal(next.room.writing.draft.value, 'crash');
    next.feed.onState(listening);
    await pass(1_000);
    assert.equal(next.drafts.get('7.0'), 'crash');
    next.chat.stop();
  });

  test('a draft that was sent on another device while this page was closed is gone', async () => {
    const first = setUp();
    first.room.writing.write('hello');
    await pass(1_000);
    first.chat.stop();
    const next = setUp();
    assert.equal(next.room.writing.draft.value, '');
    next.chat.stop();
  });

  test('a draft in a room that was lost and is there again stays, whatever the server has', async () => {
    const { chat, room, drafts } = setUp();
    room.writing.write('hello');
    await pass(1_000);
    chat.remove(7);
    drafts.clear();
    const back = chat.add(entry(7));
    assert.equal(back.writing.draft.value, 'hello');
    await pass(1_000);
    assert.equal(drafts.get('7.0'), 'hello');
    chat.stop();
  });

  test('the page that is left gives the server what it lacks', async () => {
    const { room, chat, drafts } = setUp();
    room.writing.write('half');
    chat.keepDrafts();
    await settled();
    assert.equal(drafts.get('7.0'), 'half');
    chat.stop();
  });

  test('a thread has a draft of its own, and the room shows that there is one', async () => {
    const { room, chat, drafts, lines } = setUp();
    assert.equal(room.writing.hasDraft.value, false);
    chat.drafts.hinted(hint('in the thread', { thread: 2 }));
    assert.deepEqual([room.writing.draft.value, room.writing.composing(2).text.value], ['', 'in the thread']);
    assert.equal(room.writing.hasDraft.value, true);
    room.writing.composing(3).write('another');
    await pass(1_000);
    assert.equal(drafts.get('7.3'), 'another');
    lines.down = true;
    room.writing.composing(3).write('another one');
    chat.stop();
    assert.equal(setUp().room.writing.hasDraft.value, true);
  });

  test('an answer of the server that is older than what was typed changes nothing', async () => {
    const { room, chat, feed, api } = setUp();
    const answers = new Later<Awaited<ReturnType<typeof api.drafts>>>();
    api.drafts = answers.ask;
    feed.onState(listening);
    room.writing.write('newer');
    await pass(1_000);
    await answers.answer([{ room_id: 7, thread: 0, text: 'older', changed_at: 0 }]);
    await pass(10_000);
    assert.equal(room.writing.draft.value, 'newer');
    chat.stop();
  });

  test('of texts that two devices gave the server at once, none is lost', async () => {
    const { room, chat, api, drafts } = setUp();
    const answers = new Later<void>();
    const { putDraft } = api;
    api.putDraft = async (change) => {
      await answers.ask();
      await putDraft(change);
    };
    room.writing.write('at the desk');
    await pass(1_000);
    // The server had theirs first, and has mine in its place then.
    drafts.set('7.0', 'on the train');
    chat.drafts.hinted(hint('on the train'));
    await answers.answer();
    await pass(10_000);
    await answers.answer();
    await pass(10_000);
    assert.equal(room.writing.draft.value, 'on the train\n\nat the desk');
    assert.equal(drafts.get('7.0'), 'on the train\n\nat the desk');
    chat.stop();
  });

  test('its own hint says nothing new', async () => {
    const { room, chat, api } = setUp();
    let client = '';
    const put = api.putDraft;
    api.putDraft = (change) => {
      client = change.client;
      return put(change);
    };
    room.writing.write('mine');
    await pass(1_000);
    room.writing.write('mine and more');
    chat.drafts.hinted(hint('mine', { client }));
    await pass(10_000);
    assert.equal(room.writing.draft.value, 'mine and more');
    chat.stop();
  });
});
