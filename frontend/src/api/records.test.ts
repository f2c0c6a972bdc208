import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMark } from './attention-records';
import { chatEvent } from './events';
import { hint } from './hints';
import { historyPage, me, message, overview, roomEntry } from './records';

const author = { id: 2, username: 'bo', display_name: 'Bo' };
const position = { epoch: 1, seq: 9 };
const noon = '2026-01-05T12:00:00Z';
const NOON = Date.UTC(2026, 0, 5, 12);

/** A message of a server from before threads. */
const before = {
  id: 1003,
  room_id: 7,
  number: 3,
  seq: 3,
  author,
  client_id: 'c3',
  body: 'hello',
  created_at: noon,
};

const room = { id: 7, kind: 'public', name: 'general', position, last_number: 3, read_number: 2 };

test('a message of an older server is in no thread, plain, and nothing was done with it', () => {
  assert.deepEqual(message(before, 'message'), {
    ...before,
    created_at: NOON,
    html: null,
    deleted: false,
    edited_at: null,
    thread: null,
    thread_index: null,
    reply_to: null,
    mentions: [],
    mentions_all: null,
    aside: 0,
    replies: null,
    reactions: [],
    pinned: false,
  });
});

test('a message says what became of it', () => {
  const all = {
    html: '<p>hello</p>',
    edited_at: noon,
    reply_to: 1,
    mentions: [1],
    mentions_all: 'here',
    aside: 4,
    replies: { count: 2, last_at: noon, last_number: 8, user_ids: [3, 2] },
    reactions: [{ emoji: '👍', count: 2, user_ids: [1, 3] }],
    pinned: true,
  };
  const got = message({ ...before, ...all }, 'message');
  const times = { edited_at: NOON, replies: { ...all.replies, last_at: NOON } };
  assert.deepEqual(got, { ...message(before, 'message'), ...all, ...times });
  const reply = message({ ...before, thread: 3, thread_index: 2, aside: 5 }, 'message');
  assert.deepEqual([reply.thread, reply.thread_index, reply.aside], [3, 2, 5]);
});

test('what is no message is refused', () => {
  for (const wrong of [
    { thread: 'x' },
    { mentions_all: 'all' },
    { reactions: [{}] },
    { edited_at: 'soon' },
  ]) {
    assert.throws(() => message({ ...before, ...wrong }, 'message'), JSON.stringify(wrong));
  }
});

test('a page of history brings the quotes that it lacks, and says which way there is more', () => {
  const quote = { number: 1, author: null, excerpt: '', deleted: true };
  const page = { messages: [before], position, more: false, more_after: true, quotes: [quote] };
  const got = historyPage(page, 'history');
  assert.deepEqual([got.more, got.more_after, got.quotes], [false, true, [quote]]);
  const old = historyPage({ messages: [], position, more: true }, 'history');
  assert.deepEqual([old.more, old.more_after, old.quotes], [true, false, []]);
});

test('a room of an older server is like any other to me', () => {
  const got = roomEntry(room, 'room');
  const { last_aside, read_aside, mentions, level, silenced, silenced_until, favourite, section, small } =
    got;
  assert.deepEqual(
    { last_aside, read_aside, mentions, level, silenced, silenced_until, favourite, section, small },
    {
      last_aside: 0,
      read_aside: 0,
      mentions: 0,
      level: 'everything',
      silenced: false,
      silenced_until: null,
      favourite: false,
      section: 0,
      small: false,
    },
  );
});

test('a room that is silenced without an end is not the same as one that is not silenced', () => {
  const silenced = roomEntry({ ...room, silenced: true, silenced_until: null, level: 'mentions' }, 'room');
  assert.deepEqual([silenced.silenced, silenced.silenced_until, silenced.level], [true, null, 'mentions']);
  const until = roomEntry({ ...room, silenced: true, silenced_until: noon }, 'room');
  assert.equal(until.silenced_until, NOON);
});

test('the overview tells of sections, drafts, what is saved and threads', () => {
  const whole = {
    me: author,
    workspace: { name: 'W', position },
    user_position: position,
    sections: [{ id: 4, name: 'Work' }],
    drafts: [{ room_id: 7, thread: 0, text: 'hel', changed_at: noon }],
    saved: [[7, 3]],
    threads_unread: 2,
  };
  const got = overview(whole, 'overview');
  assert.deepEqual(got.sections, [{ id: 4, name: 'Work' }]);
  assert.deepEqual(got.drafts, [{ room_id: 7, thread: 0, text: 'hel', changed_at: NOON }]);
  assert.deepEqual(got.saved, [[7, 3]]);
  assert.equal(got.threads_unread, 2);
  assert.throws(() => overview({ ...whole, saved: [[7]] }, 'overview'));

  const { sections: _1, drafts: _2, saved: _3, threads_unread: _4, ...old } = whole;
  const older = overview(old, 'overview');
  assert.deepEqual([older.sections, older.drafts, older.saved, older.threads_unread], [[], [], [], 0]);
});

test('my own settings have what people expect where the server says nothing', () => {
  const { send_with, seen_by } = me(author, 'me');
  assert.deepEqual([send_with, seen_by], ['enter', true]);
  const other = me({ ...author, send_with: 'ctrl-enter', seen_by: false }, 'me');
  assert.deepEqual([other.send_with, other.seen_by], ['ctrl-enter', false]);
});

test('the events of messages, and one that this page does not know', () => {
  const edited = chatEvent({ kind: 'message-edited', message: { ...before, body: 'x' } });
  assert.deepEqual(edited, { kind: 'message-edited', message: message({ ...before, body: 'x' }, 'm') });
  const reactions = [{ emoji: '🎉', count: 1, user_ids: [2] }];
  assert.deepEqual(chatEvent({ kind: 'reactions-changed', number: 3, reactions, at: 1 }), {
    kind: 'reactions-changed',
    number: 3,
    reactions,
  });
  assert.deepEqual(chatEvent({ kind: 'pins-changed', number: 3, pinned: true, user: author }), {
    kind: 'pins-changed',
    number: 3,
    pinned: true,
    user: author,
  });
  assert.deepEqual(chatEvent({ kind: 'membership-changed', room }), {
    kind: 'membership-changed',
    room: roomEntry(room, 'room'),
  });
  assert.deepEqual(chatEvent({ kind: 'sections-changed' }), { kind: 'sections-changed' });
  assert.equal(chatEvent({ kind: 'from-tomorrow' }), null);
});

test('a hint is told by the word that its key begins with', () => {
  const read = { room_id: 7, number: 3, aside: 1, mentions: 2 };
  assert.deepEqual(hint('read:7', read), { kind: 'read', ...read, back: false });
  assert.deepEqual(hint('read:7', { room_id: 7, number: 3 }), {
    kind: 'read',
    room_id: 7,
    number: 3,
    aside: 0,
    mentions: 0,
    back: false,
  });
  const thread = { room_id: 7, root: 3, number: 9, count: 2, author_id: 4 };
  assert.deepEqual(hint('thread:7:3', thread), { kind: 'thread', ...thread });
  const seen = { room_id: 7, root: 3, number: 9 };
  assert.deepEqual(hint('thread-read:7:3', seen), { kind: 'thread-read', ...seen });
  assert.deepEqual(hint('mention:7', { room_id: 7, number: 9 }), {
    kind: 'mention',
    room_id: 7,
    number: 9,
    thread: 0,
  });
  const draft = { room_id: 7, thread: 3, text: '', client: 'a' };
  assert.deepEqual(hint('draft:7:3', draft), { kind: 'draft', ...draft });
  const saved = { room_id: 7, number: 3, saved: false };
  assert.deepEqual(hint('saved:7:3', saved), { kind: 'saved', ...saved });
  assert.equal(hint('weather:7', {}), null);
});

test('a server that answers a reading with nothing has said nothing', () => {
  assert.deepEqual(readMark(null, 'read'), { number: null, aside: 0, mentions: 0 });
  assert.deepEqual(readMark({ number: 4, aside: 1, mentions: 0 }, 'read'), {
    number: 4,
    aside: 1,
    mentions: 0,
  });
});
