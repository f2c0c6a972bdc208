import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Mentions } from './mentions';

const made = (count: number, upTo: number) => {
  const mentions = new Mentions();
  mentions.counted(count, upTo);
  return mentions;
};

test('what came since the count is added once', () => {
  const mentions = made(2, 10);
  mentions.add(11);
  mentions.add(11);
  mentions.add(10);
  assert.equal(mentions.count.value, 3);
});

test('a newer count has what came before it; an older one is of no use', () => {
  const mentions = made(2, 10);
  mentions.add(11);
  mentions.add(12);
  mentions.counted(3, 11);
  assert.equal(mentions.count.value, 4);
  mentions.counted(9, 10);
  assert.equal(mentions.count.value, 4);
});

test('reading everything leaves none, and reading a part leaves what is known to come after it', () => {
  const mentions = made(2, 10);
  mentions.add(11);
  mentions.add(15);
  mentions.read(5);
  assert.equal(mentions.count.value, 4);
  mentions.read(12);
  assert.equal(mentions.count.value, 1);
  mentions.read(15);
  assert.equal(mentions.count.value, 0);
});

test('a mention that is gone is taken off where that is known', () => {
  const mentions = made(1, 10);
  mentions.add(12);
  assert.equal(mentions.drop(12), true);
  assert.equal(mentions.count.value, 1);
  assert.equal(mentions.drop(9), false);
  mentions.read(10);
  assert.equal(mentions.drop(9), true);
});
