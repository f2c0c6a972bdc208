import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, beforeEach, test } from 'node:test';
import { changeRoomSettings, markUnread, putSections, unread } from './attention';
import { drafts, putDraft } from './drafts';
import { editMessage, pins, react, revisions, seenBy, setPin } from './message-acts';
import { history, markRead, message, send } from './routes';
import { saved, setSaved } from './saved';
import { followThread, markThreadRead, myThreads, thread } from './threads';

const author = { id: 2, username: 'bo', display_name: 'Bo' };
const noon = '2026-01-05T12:00:00Z';
const NOON = Date.UTC(2026, 0, 5, 12);
const position = { epoch: 1, seq: 9 };
const written = {
  id: 1003,
  room_id: 7,
  number: 3,
  seq: 3,
  author,
  client_id: 'c3',
  body: 'hello',
  created_at: noon,
};

/** What was asked of the server, and what it answers: null is 204. */
let asked: [string, unknown][] = [];
let answer: unknown = null;

const server = createServer((incoming, outgoing) => {
  let body = '';
  incoming.on('data', (part) => {
    body += part;
  });
  incoming.on('end', () => {
    asked.push([`${incoming.method} ${incoming.url}`, body === '' ? null : JSON.parse(body)]);
    if (answer === null) outgoing.writeHead(204).end();
    else outgoing.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer));
  });
});

// A browser takes the path of a request from the page's own host; Node needs the whole address.
const native = globalThis.fetch;

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no address');
  const origin = `http://127.0.0.1:${address.port}`;
  globalThis.fetch = (path, options) => native(origin + String(path), options);
});
after(() => {
  globalThis.fetch = native;
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  asked = [];
});

/** Has the server answer one request, and gives what the page made of it. */
async function given<T>(said: unknown, ask: () => Promise<T>): Promise<T> {
  answer = said;
  return await ask();
}

test('a message goes out with what it answers and the thread that it belongs to', async () => {
  await given(written, () => send(7, 'c3', 'hello'));
  const reply = { ...written, thread: 1, reply_to: 2 };
  const got = await given(reply, () => send(7, 'c3', 'hello', { thread: 1, reply_to: 2 }));
  assert.equal(got.thread, 1);
  assert.deepEqual(asked, [
    ['POST /api/v1/rooms/7/messages', { client_id: 'c3', body: 'hello' }],
    ['POST /api/v1/rooms/7/messages', { client_id: 'c3', body: 'hello', thread: 1, reply_to: 2 }],
  ]);
});

test('one message, and the history around it', async () => {
  assert.equal((await given(written, () => message(7, 3))).body, 'hello');
  const page = { messages: [written], position, more: true, more_after: true };
  assert.equal((await given(page, () => history(7, { around: 3, limit: 60 }))).more_after, true);
  assert.deepEqual(
    asked.map(([what]) => what),
    ['GET /api/v1/rooms/7/messages/3', 'GET /api/v1/rooms/7/messages?around=3&limit=60'],
  );
});

test('a message is edited, and had other wordings', async () => {
  const edited = await given({ ...written, body: 'x', edited_at: noon }, () => editMessage(7, 3, 'x'));
  assert.equal(edited.edited_at, NOON);
  const all = await given({ revisions: [{ body: 'hello', at: noon }] }, () => revisions(7, 3));
  assert.deepEqual(all, [{ body: 'hello', html: null, at: NOON }]);
  assert.deepEqual(asked, [
    ['PATCH /api/v1/rooms/7/messages/3', { body: 'x' }],
    ['GET /api/v1/rooms/7/messages/3/revisions', null],
  ]);
});

test('an emoji travels in the address, however it is composed', async () => {
  const reactions = [{ emoji: '👩‍💻', count: 1, user_ids: [2] }];
  assert.deepEqual(await given({ reactions }, () => react(7, 3, '👩‍💻', true)), reactions);
  assert.deepEqual(await given({ reactions: [] }, () => react(7, 3, '#️⃣', false)), []);
  const [put, remove] = asked.map(([what]) => decodeURIComponent(what));
  assert.equal(put, 'PUT /api/v1/rooms/7/messages/3/reactions/👩‍💻');
  assert.equal(remove, 'DELETE /api/v1/rooms/7/messages/3/reactions/#️⃣');
});

test('pins, and who has read a message', async () => {
  assert.equal(await given({ pinned: true }, () => setPin(7, 3, true)), true);
  const list = await given({ pins: [{ message: written, user: author, at: noon }] }, () => pins(7));
  assert.deepEqual([list[0]?.message.number, list[0]?.user.id, list[0]?.at], [3, 2, NOON]);
  assert.deepEqual(await given({ user_ids: [1, 2] }, () => seenBy(7, 3)), [1, 2]);
  assert.deepEqual(
    asked.map(([what]) => what),
    ['PUT /api/v1/rooms/7/messages/3/pin', 'GET /api/v1/rooms/7/pins', 'GET /api/v1/rooms/7/messages/3/seen'],
  );
});

test('a thread is read, marked and followed', async () => {
  const page = { root: written, messages: [], more: false, position, following: true, read_number: 3 };
  const got = await given(page, () => thread(7, 3, { after: 5, limit: 60 }));
  assert.deepEqual([got.root.number, got.following, got.read_number, got.quotes], [3, true, 3, []]);
  assert.equal(await given({ number: 9 }, () => markThreadRead(7, 3, 8)), 9);
  assert.equal(await given({ following: false }, () => followThread(7, 3, false)), false);
  assert.deepEqual(asked, [
    ['GET /api/v1/rooms/7/threads/3?after=5&limit=60', null],
    ['PUT /api/v1/rooms/7/threads/3/read', { number: 8 }],
    ['DELETE /api/v1/rooms/7/threads/3/follow', null],
  ]);
});

test('lists of mine come in pages: threads and what I saved', async () => {
  const entry = { room_id: 7, root: written, unread: 2, mentioned: true, last_at: noon, following: true };
  const threads = await given({ threads: [entry], next: 'x/1', unread: 1 }, () => myThreads('', 20));
  assert.deepEqual([threads.threads[0]?.unread, threads.next, threads.unread], [2, 'x/1', 1]);
  const kept = await given({ saved: [{ message: written, saved_at: noon }], next: '' }, () =>
    saved('x/1', 20),
  );
  assert.deepEqual([kept.saved[0]?.saved_at, kept.next], [NOON, '']);
  assert.equal(await given({ saved: true }, () => setSaved(7, 3, true)), true);
  assert.deepEqual(
    asked.map(([what]) => what),
    [
      'GET /api/v1/me/threads?limit=20',
      'GET /api/v1/me/saved?limit=20&before=x%2F1',
      'PUT /api/v1/me/saved/7/3',
    ],
  );
});

test('drafts are kept by the server', async () => {
  const change = { room_id: 7, thread: 0, text: 'hel', client: 'a' };
  await given(null, () => putDraft(change));
  const draft = { room_id: 7, thread: 3, text: 'hel', changed_at: noon };
  assert.deepEqual(await given({ drafts: [draft] }, drafts), [{ ...draft, changed_at: NOON }]);
  assert.deepEqual(asked, [
    ['PUT /api/v1/me/drafts', change],
    ['GET /api/v1/me/drafts', null],
  ]);
});

test('what is unread, and marking it read and unread', async () => {
  const room = { room_id: 7, last_number: 9, last_aside: 2, read_number: 5, read_aside: 1, mentions: 1 };
  assert.deepEqual(await given({ rooms: [room], threads_unread: 3 }, unread), {
    rooms: [room],
    threads_unread: 3,
  });
  const mark = { number: 4, aside: 1, mentions: 2 };
  assert.deepEqual(await given(mark, () => markUnread(7, 5)), mark);
  assert.deepEqual(await given(null, () => markRead(7, 5)), { number: null, aside: 0, mentions: 0 });
  assert.deepEqual(asked, [
    ['GET /api/v1/me/unread', null],
    ['PUT /api/v1/rooms/7/unread', { number: 5 }],
    ['PUT /api/v1/rooms/7/read', { number: 5 }],
  ]);
});

test('how a room tells me of itself, and the sections of my sidebar', async () => {
  const room = { id: 7, kind: 'public', name: 'g', position, last_number: 3, read_number: 2 };
  const got = await given({ ...room, silenced: true }, () =>
    changeRoomSettings(7, { silenced_until: 'always' }),
  );
  assert.equal(got.silenced, true);
  const list = await given({ sections: [{ id: 1, name: 'Work' }] }, () => putSections([{ name: 'Work' }]));
  assert.deepEqual(list, [{ id: 1, name: 'Work' }]);
  assert.deepEqual(asked, [
    ['PATCH /api/v1/rooms/7/settings', { silenced_until: 'always' }],
    ['PUT /api/v1/me/sections', { sections: [{ name: 'Work' }] }],
  ]);
});
