import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeDrafts } from './draft-merge';

const cases: readonly [what: string, base: string, mine: string, theirs: string, both: string][] = [
  ['nothing has changed', 'a', 'a', 'a', 'a'],
  ['only mine has changed', 'a', 'a b', 'a', 'a b'],
  ['only theirs has changed', 'a', 'a', 'a b', 'a b'],
  ['mine was sent', 'a', '', 'a', ''],
  ['theirs was sent', 'a', 'a', '', ''],
  ['theirs was sent while I wrote on', 'a', 'a b', '', 'a b'],
  ['mine was sent while they wrote on', 'a', '', 'a b', 'a b'],
  ['both were begun alike', '', 'a b', 'a', 'a b'],
  ['theirs went further', '', 'a', 'a b', 'a b'],
  ['both have words of their own', 'a', 'b', 'c', 'c\n\nb'],
  ['both went on with the same', 'so', 'so, mine', 'so theirs', 'so theirs, mine'],
  ['each has changed its own words', 'one two three', 'one two 3', '1 two three', '1 two 3'],
  ['both have changed the same words', 'one two', 'one 2', 'one II', 'one II\n\none 2'],
  ['mine has theirs in it already', 'a', 'c\n\nb', 'c', 'c\n\nb'],
];

for (const [what, base, mine, theirs, both] of cases) {
  test(`drafts of which ${what}`, () => assert.equal(mergeDrafts(base, mine, theirs), both));
}

test('drafts that were merged stay as they are, whoever merges again', () => {
  for (const [, base, , theirs, both] of cases) {
    assert.equal(mergeDrafts(theirs, both, theirs), both);
    assert.equal(mergeDrafts(base, both, both), both);
  }
});
