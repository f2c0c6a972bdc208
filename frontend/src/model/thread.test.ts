import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import type { Message } from '../api/records';
import { PAGE } from './history';
import { wire } from './testing/chat-world';
import { RoomLog, shown, threadWorld } from './testing/thread-world';
import { ana, random, settled } from './testing/world';
import type { Thread } from './thread';

/** A root, another message, and so many replies. */
function conversation(replies: number): RoomLog {
  const log = new RoomLog();
  log.post();
  log.post();
  for (let i = 0; i < replies; i++) log.post({ thread: 1 });
  return log;
}

const open: Thread[] = [];
afterEach(() => {
  for (const thread of open.splice(0)) thread.close();
});

async function opened(world: ReturnType<typeof threadWorld>): Promise<Thread> {
  await world.chat.open(7);
  await settled();
  const thread = world.open();
  open.push(thread);
  await thread.open();
  thread.placed.value = true;
  return thread;
}

test('a thread shows its root, how many replies there are, and the replies in order', async () => {
  const thread = await opened(threadWorld(conversation(3), { read_number: 5 }));
  assert.deepEqual(shown(thread), [1, 'replies 3', 3, 4, 5]);
});

test('what I have not read stands below a divider, and is read once it was seen', async () => {
  const world = threadWorld(conversation(3), { read_number: 4 });
  world.attention.value = false;
  const thread = await opened(world);
  assert.deepEqual(shown(thread), [1, 'replies 3', 3, 4, 'new', 5]);
  assert.equal(thread.unread.value, 1);
  assert.deepEqual(world.reads, []);
  world.attention.value = true;
  assert.deepEqual(world.reads, [5]);
  assert.equal(thread.unread.value, 0);
  // It stays as long as the thread is open.
  assert.deepEqual(shown(thread), [1, 'replies 3', 3, 4, 'new', 5]);
});

test('a thread is not read before its view is where it belongs', async () => {
  const world = threadWorld(conversation(3), { read_number: 4 });
  await world.chat.open(7);
  await settled();
  const thread = world.open();
  open.push(thread);
  await thread.open();
  assert.deepEqual([thread.unread.value, world.reads], [1, []]);
  thread.placed.value = true;
  assert.deepEqual([thread.unread.value, world.reads], [0, [5]]);
});

test('a thread that I do not follow has nothing unread, and nothing of it is told to be read', async () => {
  const world = threadWorld(conversation(2), { following: false });
  const thread = await opened(world);
  world.arrives({ thread: 1 });
  assert.deepEqual(shown(thread), [1, 'replies 3', 3, 4, 5]);
  assert.deepEqual([thread.unread.value, world.reads], [0, []]);
});

test('a reply comes once, however often it is brought, and not into the timeline', async () => {
  const world = threadWorld(conversation(1), { read_number: 3 });
  const thread = await opened(world);
  const reply = world.arrives({ thread: 1 });
  world.bring(reply.seq, { kind: 'message', message: wire(reply) });
  world.arrives({});
  world.arrives({ thread: 2 });
  assert.deepEqual(shown(thread), [1, 'replies 2', 3, 4]);
  const timeline = world.room.history.messages.value;
  assert.deepEqual(
    timeline.map((m) => [m.number, m.replies?.count ?? 0]),
    [
      [1, 2],
      [2, 1],
      [5, 0],
    ],
  );
});

test('the first reply that comes while nobody looks gets the divider', async () => {
  const world = threadWorld(conversation(1), { read_number: 3 });
  const thread = await opened(world);
  world.attention.value = false;
  world.arrives({ thread: 1 });
  world.arrives({ thread: 1 });
  assert.deepEqual(shown(thread), [1, 'replies 3', 3, 'new', 4, 5]);
});

test('my own reply shows at once, and once when the topic brings it; I follow the thread then', async () => {
  const world = threadWorld(conversation(1), { following: false });
  const thread = await opened(world);
  world.room.send('mine', { thread: 1 });
  assert.deepEqual(shown(thread), [1, 'replies 1', 3, 'mine']);
  assert.deepEqual(world.room.outbox.of(0), []);
  await settled();
  const [clientId = ''] = world.sent;
  const reply = world.arrives({ thread: 1, author: ana, client_id: clientId, body: 'mine' });
  await world.sends.answer(reply);
  assert.deepEqual(shown(thread), [1, 'replies 2', 3, 4]);
  assert.equal(thread.following.value, true);
});

test('a reply of mine stays where it is until the topic brings it, when the answer comes first', async () => {
  const world = threadWorld(conversation(1), { read_number: 3 });
  const thread = await opened(world);
  world.room.send('mine', { thread: 1 });
  await settled();
  const [clientId = ''] = world.sent;
  const reply = { ...conversation(2).get(4), author: ana, client_id: clientId, body: 'mine' };
  await world.sends.answer(reply);
  assert.deepEqual(shown(thread), [1, 'replies 1', 3, 4]);
  world.bring(reply.seq, { kind: 'message', message: wire(reply) });
  assert.deepEqual(shown(thread), [1, 'replies 2', 3, 4]);
});

test('replies and the root are edited, reacted to and deleted while the thread is open', async () => {
  const log = conversation(2);
  const world = threadWorld(log, { read_number: 4 });
  const thread = await opened(world);
  const now = (number: number) => thread.history.byNumber.value.get(number);
  const edit = (number: number, body: string) => {
    const message = log.change(number, { body, edited_at: 1 });
    world.bring(log.seq, { kind: 'message-edited', message: wire(message) });
  };
  edit(3, 'better');
  edit(1, 'a better root');
  const reactions = [{ emoji: '👍', count: 1, user_ids: [2] }];
  log.change(4, { reactions });
  world.bring(log.seq, { kind: 'reactions-changed', number: 4, reactions });
  assert.deepEqual([now(3)?.body, now(1)?.body, now(4)?.reactions], ['better', 'a better root', reactions]);
  // The count is the server's, and the place of what was deleted stays, so that the next one follows.
  log.change(3, { deleted: true });
  world.bring(log.seq, { kind: 'messages-deleted', numbers: [3] });
  await settled();
  assert.deepEqual(shown(thread), [1, 'replies 1', 4]);
  world.arrives({ thread: 1 });
  assert.deepEqual(shown(thread), [1, 'replies 2', 4, 5]);
  log.change(3, { deleted: false });
  world.bring(log.seq, { kind: 'messages-undeleted', numbers: [3] });
  await settled();
  assert.deepEqual(shown(thread), [1, 'replies 3', 3, 4, 5]);
});

test('a thread whose root was deleted is there still', async () => {
  const log = conversation(2);
  const world = threadWorld(log, { read_number: 4 });
  const thread = await opened(world);
  log.change(1, { deleted: true, body: '' });
  world.bring(log.seq, { kind: 'messages-deleted', numbers: [1] });
  await settled();
  assert.deepEqual(shown(thread), ['gone 1', 'replies 2', 3, 4]);
  // In the timeline a line stands for it, since a thread hangs on it.
  const kinds = world.room.items.value.map((item) => item.kind);
  assert.deepEqual(kinds, ['day', 'gone', 'message']);
});

test('a long thread opens at its newest replies, and begins with its root once that is loaded', async () => {
  const world = threadWorld(conversation(PAGE + 10), { read_number: PAGE + 12 });
  const thread = await opened(world);
  assert.deepEqual([thread.history.messages.value.length, thread.count], [PAGE, PAGE + 10]);
  assert.equal(shown(thread)[0], 13);
  await thread.history.loadOlder();
  assert.deepEqual(shown(thread).slice(0, 4), [1, `replies ${PAGE + 10}`, 3, 4]);
  assert.equal(shown(thread).length, PAGE + 12);
  assert.equal(thread.history.older.value, false);
});

test('a long thread opens where I have to go on reading', async () => {
  const world = threadWorld(conversation(3 * PAGE), { read_number: PAGE });
  world.attention.value = false;
  const thread = await opened(world);
  assert.ok(shown(thread).includes('new'));
  assert.equal(thread.history.newer.value, true);
});

test('following shows at once, and is as it was when the server does not take it', async () => {
  const world = threadWorld(conversation(1), { following: false });
  const thread = await opened(world);
  const done = thread.follow(true);
  assert.equal(thread.following.value, true);
  await done;
  assert.equal(world.state.following, true);
  world.state.fails = true;
  await assert.rejects(thread.follow(false));
  assert.equal(thread.following.value, true);
});

test('a hint about a reply says that I follow the thread', async () => {
  const world = threadWorld(conversation(1), { following: false });
  const thread = await opened(world);
  const reply = world.arrives({ thread: 1 });
  const { number } = reply;
  world.feed.onHint('thread:7:1', { room_id: 7, root: 1, number, count: 2, author_id: 2 });
  assert.equal(thread.following.value, true);
});

test('a thread that could not be loaded is tried again when the connection is back', async () => {
  const world = threadWorld(conversation(1), { read_number: 3 });
  world.state.fails = true;
  const thread = await opened(world);
  assert.equal(thread.history.state.value, 'failed');
  world.state.fails = false;
  world.chat.wake();
  await settled();
  assert.deepEqual(shown(thread), [1, 'replies 1', 3]);
});

test('a message that is not there has no thread', async () => {
  const world = threadWorld(conversation(1));
  await world.chat.open(7);
  await settled();
  const thread = world.open(99);
  open.push(thread);
  await thread.open();
  assert.equal(thread.missing.value, true);
});

test('a thread that is closed is told nothing any more', async () => {
  const world = threadWorld(conversation(1), { read_number: 3 });
  const thread = await opened(world);
  thread.close();
  assert.equal(world.room.messages.thread.value, null);
  world.arrives({ thread: 1 });
  assert.deepEqual(shown(thread), [1, 'replies 1', 3]);
  assert.deepEqual(world.reads, []);
});

test('whatever comes, is lost and is loaded again: every reply stands there once and in order', async () => {
  for (let seed = 1; seed <= 60; seed++) {
    const chance = random(seed);
    const log = conversation(chance(5));
    const world = threadWorld(log, { following: false });
    const waiting: (() => void)[] = [];
    const thread = await opened(world);
    world.hold(() => new Promise((resolve) => void waiting.push(resolve)));
    let lost = false;
    for (let step = 0; step < 40; step++) {
      switch (chance(6)) {
        case 0:
        case 1:
        case 2: {
          const reply = log.post({ thread: chance(4) === 0 ? null : 1 });
          lost ||= chance(5) === 0;
          if (!lost) world.bring(reply.seq, { kind: 'message', message: wire(reply) });
          break;
        }
        case 3: {
          const replies: Message[] = log.messages.filter((m) => m.thread === 1 && !m.deleted);
          const one = replies[chance(Math.max(1, replies.length))];
          if (!one) break;
          log.change(one.number, { deleted: true });
          if (!lost) world.bring(log.seq, { kind: 'messages-deleted', numbers: [one.number] });
          break;
        }
        case 4:
          waiting.shift()?.();
          await settled();
          break;
        default:
          if (!lost) break;
          lost = false;
          void world.feed.onGap('room:7', [1, log.seq]);
          await settled();
      }
    }
    world.hold(async () => {});
    for (const answer of waiting) answer();
    await settled();
    await world.feed.onGap('room:7', [1, log.seq]);
    await settled();
    const wanted = log.messages.filter((m) => m.thread === 1 && !m.deleted).map((m) => m.number);
    const got = shown(thread).filter((one) => typeof one === 'number' && one !== 1);
    assert.deepEqual(got, wanted, `seed ${seed}`);
    assert.equal(thread.count, wanted.length, `seed ${seed}: the count`);
    thread.close();
  }
});
