import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandIn, unslashed } from './command';

test('a slash and a word at the start are a command, with what follows', () => {
  assert.deepEqual(commandIn('/topic  new plans\nand more'), { name: 'topic', rest: 'new plans\nand more' });
  assert.deepEqual(commandIn('/Leave'), { name: 'leave', rest: '' });
});

test('a path, a sentence with a slash, and two slashes are no command', () => {
  for (const body of ['/etc/passwd is a file', 'and/or', '/ 2', '//topic', '/', '/42']) {
    assert.equal(commandIn(body), null, body);
  }
});

test('of two slashes one is said', () => {
  assert.deepEqual(['//topic', '// comment', 'a //b'].map(unslashed), ['/topic', '// comment', 'a //b']);
});
