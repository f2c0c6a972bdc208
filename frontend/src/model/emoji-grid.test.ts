import assert from 'node:assert/strict';
import { test } from 'node:test';
import { moveOver } from './emoji-grid';

/** Two full rows and one of two; nothing; one row of three. */
const sizes = [10, 0, 3];
const move = (group: number, index: number, ...keys: string[]) => {
  let at = { group, index };
  for (const key of keys) at = moveOver(sizes, 4, at, key) ?? at;
  return [at.group, at.index];
};

test('left and right go through all groups, and end at the ends', () => {
  assert.deepEqual(move(0, 9, 'ArrowRight'), [2, 0]);
  assert.deepEqual(move(2, 0, 'ArrowLeft'), [0, 9]);
  assert.deepEqual(move(0, 0, 'ArrowLeft'), [0, 0]);
  assert.deepEqual(move(2, 2, 'ArrowRight'), [2, 2]);
});

test('down and up keep the column as far as a row has it', () => {
  assert.deepEqual(move(0, 1, 'ArrowDown'), [0, 5]);
  assert.deepEqual(move(0, 7, 'ArrowDown'), [0, 9]);
  assert.deepEqual(move(0, 9, 'ArrowDown'), [2, 1]);
  assert.deepEqual(move(2, 2, 'ArrowDown'), [2, 2]);
  assert.deepEqual(move(2, 1, 'ArrowUp'), [0, 9]);
  assert.deepEqual(move(2, 2, 'ArrowUp'), [0, 9]);
  assert.deepEqual(move(0, 2, 'ArrowUp'), [0, 2]);
});

test('Home and End stay in the row; other keys are not the grid’s', () => {
  assert.deepEqual(move(0, 6, 'Home'), [0, 4]);
  assert.deepEqual(move(0, 5, 'End'), [0, 7]);
  assert.deepEqual(move(0, 8, 'End'), [0, 9]);
  assert.equal(moveOver(sizes, 4, { group: 0, index: 0 }, 'a'), null);
});
