import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Circumstances, enterSends, openFence } from './composer-keys';

const press = (keys: string, circumstances: Partial<Circumstances> = {}) =>
  enterSends(
    {
      ctrlKey: keys.includes('Ctrl'),
      metaKey: keys.includes('Cmd'),
      shiftKey: keys.includes('Shift'),
      altKey: keys.includes('Alt'),
    },
    { sendWith: 'enter', touch: false, before: '', ...circumstances },
  );

test('Enter sends, and with Shift or Alt makes a new line', () => {
  assert.deepEqual(
    ['', 'Shift', 'Alt', 'Ctrl', 'Cmd'].map((keys) => press(keys)),
    [true, false, false, true, true],
  );
});

test('on a screen keyboard Enter makes a new line', () => {
  assert.deepEqual([press('', { touch: true }), press('Ctrl', { touch: true })], [false, true]);
});

test('those who want it send with Ctrl+Enter only', () => {
  const sendWith = 'ctrl-enter';
  assert.deepEqual(
    [press('', { sendWith }), press('Ctrl', { sendWith }), press('Cmd', { sendWith })],
    [false, true, true],
  );
});

test('inside of a block of code Enter makes a new line, and Ctrl+Enter sends', () => {
  const before = 'look:\n```go\nfunc main() {';
  assert.deepEqual([press('', { before }), press('Ctrl', { before })], [false, true]);
  assert.equal(press('', { before: `${before}}\n\`\`\`` }), true);
});

for (const [text, open] of [
  ['', false],
  ['```', true],
  ['```\ncode\n```', false],
  ['```\ncode\n``', true],
  ['````\n```', true],
  ['````\n`````', false],
  ['~~~\n```', true],
  ['~~~ a `b` c', true],
  ['```code``` in a sentence', false],
  ['    ```', false],
  ['   ```', true],
  ['text ```', false],
  ['```\n``` more', true],
  ['```\na\n```\n```', true],
] as const) {
  test(`${JSON.stringify(text)} ${open ? 'ends inside' : 'does not end inside'} of code`, () => {
    assert.equal(openFence(text), open);
  });
}
