import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { HistoryPage, Message } from '../api/records';
import { History, PAGE } from './history';
import { setUp, wire } from './testing/chat-world';
import { ana, bo, Later, Log, settled } from './testing/world';

const say = (body: string) => (message: Message) => ({ ...message, body });
const bodyOf = (history: History, number: number) => history.byNumber.value.get(number)?.body;

/** A history whose pages the test answers, and what was asked for. */
function world(count: number) {
  const log = new Log().fill(count);
  const answers = new Later<HistoryPage>();
  const history = new History(answers.ask);
  const page = (seq: number, query = {}) => {
    const made = log.page({ limit: PAGE, ...query });
    return { ...made, position: { epoch: 1, seq } };
  };
  return { log, answers, history, page };
}

describe('a change of a message', () => {
  test('that a page knows already is not made again', async () => {
    const { log, answers, history, page } = world(3);
    const opening = history.openNewest();
    log.messages[1] = { ...log.messages[1], body: 'newest' } as Message;
    await answers.answer(page(9));
    await opening;
    history.change(2, 8, say('of before'));
    assert.equal(bodyOf(history, 2), 'newest');
    history.change(2, 10, say('later'));
    assert.equal(bodyOf(history, 2), 'later');
  });

  test('that comes while a page is on its way is not lost when the page does not know of it', async () => {
    const { answers, history, page } = world(3);
    const opening = history.openNewest();
    const before = page(3);
    history.change(2, 4, say('changed'));
    await answers.answer(before);
    await opening;
    assert.equal(bodyOf(history, 2), 'changed');
  });

  test('of a message that came while a page was on its way is made, too', async () => {
    const { log, answers, history, page } = world(3);
    const opening = history.openNewest();
    const before = page(3);
    history.add(log.post());
    history.change(4, 5, say('changed'));
    await answers.answer(before);
    await opening;
    assert.equal(bodyOf(history, 4), 'changed');
  });

  test('that fell into a gap is caught up, in what was loaded long ago, too', async () => {
    const log = new Log().fill(150);
    const history = new History((query) => Promise.resolve(log.page(query)));
    await history.openNewest();
    await history.loadOlder();
    history.following = false;
    const first = history.first;
    log.messages[first - 1] = { ...log.messages[first - 1], body: 'changed' } as Message;
    log.post();
    await history.catchUp();
    assert.equal(bodyOf(history, first), 'changed');
    assert.equal(history.last, 151);
  });
});

describe('a room', () => {
  test('shows edits and reactions that its topic brings', async () => {
    const { chat, room, feed, log } = setUp();
    chat.open(7);
    await settled();
    const edited = {
      ...(log.messages[1] as Message),
      body: 'new',
      html: '<p>new</p>',
      edited_at: Date.now(),
    };
    feed.onData('room:7', 4, { kind: 'message-edited', message: wire(edited) });
    const reactions = [{ emoji: '👍', count: 1, user_ids: [2] }];
    feed.onData('room:7', 5, { kind: 'reactions-changed', number: 2, reactions });
    feed.onData('room:7', 6, {
      kind: 'pins-changed',
      number: 2,
      pinned: true,
      user: bo,
      at: '2026-01-05T12:00:00Z',
    });
    const shown = room.history.byNumber.value.get(2);
    assert.deepEqual(
      [shown?.body, shown?.html, shown?.reactions, shown?.pinned],
      ['new', '<p>new</p>', reactions, true],
    );
    chat.stop();
  });

  test('counts a reply in a thread at its root, once, and shows it nowhere else', async () => {
    const { chat, room, feed, log } = setUp();
    chat.open(7);
    await settled();
    const reply = { ...log.post({ thread: 2, thread_index: 1, aside: 1 }) };
    for (let times = 0; times < 2; times++)
      feed.onData('room:7', reply.seq, { kind: 'message', message: wire(reply) });
    assert.equal(room.history.byNumber.value.get(2)?.replies?.count, 1);
    assert.equal(room.history.last, 3);
    // The next of the timeline follows without a hole.
    const next = log.post({ author: ana, aside: 1 });
    assert.ok(room.history.isNext(next));
    chat.stop();
  });

  test('goes to a message, loading what is around it', async () => {
    const { chat, room } = setUp(500);
    chat.open(7);
    await settled();
    assert.equal(await room.goTo(100), true);
    assert.ok(room.history.first < 100 && room.history.last > 100 && room.history.newer.value);
    assert.equal(room.target.value?.number, 100);
    chat.stop();
  });

  test('stays unread from where I want it, though I look at it', async () => {
    const { chat, room, arrives, unread } = setUp();
    chat.open(7);
    await settled();
    await room.markUnread(2);
    assert.deepEqual([unread, room.unread.value, room.divider.value], [[2], 2, 1]);
    arrives();
    assert.equal(room.unread.value, 3);
    room.readAll();
    assert.equal(room.unread.value, 0);
    chat.stop();
  });
});
