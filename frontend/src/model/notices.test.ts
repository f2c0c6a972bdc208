import assert from 'node:assert/strict';
import { test } from 'node:test';
import { texts } from '../texts';
import { type Notice, type NoticeKind, Notices, presenceKind, quieter, sumUp } from './notices';

const line = (kind: NoticeKind, user: number): Notice => ({
  id: 0,
  kind,
  user,
  actor: null,
  at: 0,
  after: 0,
});

test('People to whom the same happened are named together', () => {
  const clauses = sumUp([line('signed-in', 1), line('join', 2), line('signed-in', 3)]);
  assert.deepEqual(clauses, [
    { kind: 'signed-in', users: [1, 3] },
    { kind: 'join', users: [2] },
  ]);
});

test('Somebody who signed out and in again is named once, as they are now', () => {
  assert.deepEqual(sumUp([line('signed-in', 1), line('signed-out', 1), line('signed-in', 1)]), [
    { kind: 'signed-in', users: [1] },
  ]);
});

test('A room can have fewer notices than a person chose, and a person fewer than the room', () => {
  assert.equal(quieter('show', 'hide'), 'hide');
  assert.equal(quieter('condense', 'show'), 'condense');
  assert.equal(quieter('show', 'show'), 'show');
});

test('Joining a room and signing in are two different things', () => {
  assert.equal(sumUp([line('signed-in', 1), line('join', 1)]).length, 2);
});

test('A crowd is counted', () => {
  const names = ['Ana', 'Bo', 'Cem', 'Dee', 'Eve'];
  assert.equal(texts.timeline.did('signed-in', names), 'Ana, Bo and 3 others signed in');
  assert.equal(texts.timeline.did('leave', names.slice(0, 2)), 'Ana and Bo left');
  assert.equal(texts.timeline.did('added', names.slice(0, 1)), 'Ana was added');
  assert.equal(texts.timeline.did('added', names.slice(0, 2)), 'Ana and Bo were added');
});

test('Only a number of lines is kept', () => {
  const notices = new Notices();
  for (let i = 0; i < 500; i++) notices.add(line('signed-in', i));
  assert.equal(notices.lines.value.length, 100);
  assert.equal(notices.lines.value.at(-1)?.user, 499);
});

test('A word of a newer server is not taken for a notice', () => {
  assert.equal(presenceKind('signed-out'), 'signed-out');
  assert.equal(presenceKind('levitating'), null);
  assert.equal(presenceKind('join'), null);
});
