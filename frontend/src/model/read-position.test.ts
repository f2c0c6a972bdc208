import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReadPosition } from './read-position';

const at = (number: number, aside = 0) => ({ number, aside });

function made(last = at(10), read = at(4)) {
  const position = new ReadPosition();
  position.take(last, read, null);
  return position;
}

test('what is in threads is not unread in the timeline', () => {
  const position = made(at(10, 3), at(4, 1));
  assert.equal(position.unread.value, 4);
  position.reach(at(11, 4));
  assert.equal(position.unread.value, 4);
  position.reach(at(12, 4));
  assert.equal(position.unread.value, 5);
  // The last message of the timeline is 9, the two after it are replies.
  const replied = made(at(11, 3), at(9, 1));
  assert.equal(replied.unread.value, 0);
});

test('reading goes forward only, and making unread goes back', () => {
  const position = made();
  assert.equal(position.readUpTo(at(8)), true);
  assert.equal(position.readUpTo(at(6)), false);
  assert.equal(position.unread.value, 2);
  position.back(at(3));
  assert.equal(position.unread.value, 7);
});

test('an answer about what was read elsewhere is taken, forward and back', () => {
  const position = made();
  const known = position.ask();
  position.take(at(12), at(9), known);
  assert.deepEqual([position.last.value, position.read.value], [12, 9]);
  position.take(at(12), at(2), position.ask());
  assert.equal(position.read.value, 2);
  const [early, late] = [position.ask(), position.ask()];
  position.take(at(12), at(9), late);
  assert.equal(position.take(at(12), at(2), early), false);
  assert.equal(position.read.value, 9);
});

test('an answer that was asked for before something was read does not take that back', () => {
  const position = made();
  const known = position.ask();
  position.readUpTo(at(8));
  position.take(at(9), at(4), known);
  assert.deepEqual([position.last.value, position.read.value], [10, 8]);
  position.take(at(10), at(4), null);
  assert.equal(position.read.value, 8);
  position.take(at(10), at(10), null);
  assert.equal(position.read.value, 10);
});

test('an answer that was asked for before something was made unread does not take that back', () => {
  const position = made(at(10), at(8));
  const known = position.ask();
  position.back(at(3));
  assert.equal(position.take(at(11), at(8), known), false);
  assert.deepEqual([position.last.value, position.read.value], [11, 3]);
  assert.equal(position.take(at(11), at(8), position.ask()), true);
  assert.equal(position.read.value, 8);
});

test('after a restore nothing beyond the end is read', () => {
  const position = made(at(10), at(8));
  position.restart(at(5, 1));
  assert.deepEqual([position.last.value, position.read.value, position.unread.value], [5, 5, 0]);
});
