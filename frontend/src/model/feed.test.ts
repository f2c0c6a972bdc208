import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setUp, wire } from './testing/chat-world';
import { ana, bo, cem, entry, message, settled } from './testing/world';

describe('the feed', () => {
  test('answers a gap of a room with the position of what it loaded', async () => {
    const { room, feed, log } = setUp();
    log.fill(10);
    assert.deepEqual(await feed.onGap('room:7', [1, 13]), [1, 13]);
    assert.equal(room.reading.last.value, 13);
    assert.equal(room.unread.value, 10);
  });

  test('answers gaps of the workspace and of its own topic with one request', async () => {
    const { chat, feed, rooms } = setUp();
    rooms.push(entry(8));
    assert.deepEqual(await Promise.all([feed.onGap('workspace', [1, 0]), feed.onGap('user:1', [1, 0])]), [
      [1, 0],
      [1, 0],
    ]);
    assert.ok(chat.rooms.value.has(8));
  });

  test('adds and follows a room that I was added to, and lets go of one that I left', () => {
    const { chat, feed, cursors } = setUp();
    feed.onData('user:1', 1, { kind: 'room-added', room: { ...entry(8), position: { epoch: 5, seq: 2 } } });
    assert.deepEqual(cursors['room:8'], [5, 2]);
    feed.onData('user:1', 2, { kind: 'room-removed', room_id: 8 });
    assert.equal(chat.rooms.value.has(8), false);
    assert.equal('room:8' in cursors, false);
  });

  test('follows at most 120 rooms, and one that is opened in the place of the oldest', async () => {
    const { chat, cursors } = setUp();
    for (let id = 100; id < 400; id++) chat.add(entry(id));
    assert.equal(Object.keys(cursors).length, 122);
    assert.equal('room:7' in cursors, false);
    chat.open(7);
    await settled();
    assert.deepEqual(cursors['room:7'], [1, 3]);
    assert.equal(Object.keys(cursors).length, 122);
  });

  test('shows sign-in notices in the rooms of that person only', async () => {
    const { chat, room, feed } = setUp();
    chat.open(7);
    await settled();
    const notices = [
      { user: '2', notice: 'signed-in', time: 1 },
      { user: '3', notice: 'signed-in', time: 2 },
      { user: '1', notice: 'signed-in', time: 3 },
    ];
    feed.onPresence({ snapshot: true, states: { 2: 'online' }, notices, here: {} });
    assert.deepEqual(
      room.notices.lines.value.map((line) => line.user),
      [bo.id],
    );
    assert.equal(chat.people.online(bo.id), true);
    assert.equal(chat.people.online(cem.id), false);
  });

  test('a snapshot of presence forgets everybody who is not in it', () => {
    const { chat, feed } = setUp();
    feed.onPresence({ snapshot: true, states: { 2: 'online' }, notices: [], here: {} });
    feed.onPresence({ snapshot: false, states: { 3: 'online' }, notices: [], here: {} });
    assert.equal(chat.people.online(bo.id), true);
    feed.onPresence({ snapshot: true, states: { 3: 'online' }, notices: [], here: {} });
    assert.equal(chat.people.online(bo.id), false);
  });

  test('notes joins and leaves, and who added somebody', async () => {
    const { chat, room, feed } = setUp();
    chat.open(7);
    await settled();
    feed.onData('room:7', 4, { kind: 'join', user: cem, actor: bo, at: 1 });
    feed.onData('room:7', 5, { kind: 'leave', user: bo, actor: bo, at: 2 });
    assert.deepEqual(
      room.notices.lines.value.map(({ kind, user, actor }) => [kind, user, actor]),
      [
        ['added', cem.id, bo.id],
        ['leave', bo.id, null],
      ],
    );
    assert.deepEqual(
      room.roster.members.value?.map((member) => member.id),
      [ana.id, cem.id],
    );
  });

  test('passes over kinds of events that it does not know', () => {
    const { feed, room } = setUp();
    feed.onData('room:7', 4, { kind: 'reaction', emoji: ':)' });
    feed.onData('room:99', 4, { kind: 'message', message: wire(message(1)) });
    assert.equal(room.unread.value, 0);
  });

  test('hands on the end of the connection', () => {
    const { feed, aborts } = setUp();
    feed.onAbort('signed-out', 'You are signed out.');
    assert.deepEqual(aborts, ['signed-out']);
  });
});
