import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fit } from './fuzzy';

/** The texts that fit, the best first. */
const found = (query: string, ...texts: string[]) =>
  texts
    .map((text) => ({ text, score: fit(query, text) }))
    .filter(({ score }) => score !== null)
    .sort((a, b) => (b.score ?? 0) - (a.score ?? 0))
    .map(({ text }) => text);

test('all letters have to be there in their order', () => {
  assert.deepEqual(found('dsn', 'design', 'sand', 'dns'), ['design']);
  assert.equal(fit('x', 'design'), null);
});

test('the beginning counts more than the middle', () => {
  assert.deepEqual(found('des', 'codes', 'old design', 'design'), ['design', 'old design', 'codes']);
});

test('the first letters of words are enough', () => {
  assert.deepEqual(found('bc', 'abacus', 'book club'), ['book club', 'abacus']);
  assert.deepEqual(found('fb', 'feedback', 'front-back'), ['front-back', 'feedback']);
});

test('case, accents and spaces do not matter', () => {
  assert.notEqual(fit('ZOE', 'Zoë Müller'), null);
  assert.notEqual(fit('zoe mul', 'Zoë Müller'), null);
});

test('the shorter of two is meant', () => {
  assert.deepEqual(found('ops', 'operations', 'ops-archive', 'ops'), ['ops', 'ops-archive', 'operations']);
});

test('nothing typed fits everything', () => {
  assert.equal(fit('', 'design'), 0);
});

test('a long name full of the same letter is looked through quickly', () => {
  assert.equal(fit(`${'a'.repeat(40)}b`, 'a'.repeat(2_000)), null);
});
