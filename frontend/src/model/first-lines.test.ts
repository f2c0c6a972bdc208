import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changedLines } from './first-lines';
import { bo, message } from './testing/world';

const lines = [message(4, { author: bo, body: 'four' }), message(5, { author: bo, body: 'five' })];

test('a line that was edited says what the message says now', () => {
  const edited = { ...message(5, { author: bo, body: 'six' }), edited_at: 1 };
  const after = changedLines(lines, { kind: 'message-edited', message: edited });
  assert.deepEqual(
    after?.map(({ body }) => body),
    ['four', 'six'],
  );
});

test('a line that was deleted says so, and is asked for when it is back', () => {
  const after = changedLines(lines, { kind: 'messages-deleted', numbers: [4, 9] });
  assert.deepEqual(
    after?.map(({ deleted }) => deleted ?? false),
    [true, false],
  );
  assert.equal(changedLines(lines, { kind: 'messages-undeleted', numbers: [4] }), null);
});

test('what happens to other messages changes nothing', () => {
  const other = message(9, { author: bo });
  assert.equal(changedLines(lines, { kind: 'message-edited', message: other }), lines);
  assert.equal(changedLines(lines, { kind: 'messages-deleted', numbers: [9] }), lines);
  assert.equal(changedLines(lines, { kind: 'messages-undeleted', numbers: [9] }), lines);
});
