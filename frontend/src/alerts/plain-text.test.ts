import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainText } from './plain-text';

const cases: readonly (readonly [string, string])[] = [
  ['hello', 'hello'],
  ['the murderer is ||the *gardener*||!', 'the murderer is ▒▒▒!'],
  ['||one|| and ||two\nlines||', '▒▒▒ and ▒▒▒'],
  ['**bold** and _soft_ and ~~gone~~', 'bold and soft and gone'],
  ['see [the plan](https://example.org/plan)', 'see the plan'],
  ['run `make test` now', 'run make test now'],
  ['```sh\nmake run\n```', 'make run'],
  ['# Title\n> quoted\n- one\n2. two', 'Title quoted one two'],
  ['snake_case_name and 2*3*4', 'snake_case_name and 2*3*4'],
  ['a  b\n\nc', 'a b c'],
];

for (const [body, text] of cases) {
  test(`${JSON.stringify(body)} is told as ${JSON.stringify(text)}`, () =>
    assert.equal(plainText(body), text));
}

test('a long message is cut, and never within a letter', () => {
  const text = plainText('😀'.repeat(500));
  assert.equal([...text].length, 240);
  assert.match(text, /^😀+…$/u);
});
