import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forwarded, type Original } from './forward';

const words = { link: (room: string | null) => (room === null ? 'the message' : `in ${room}`) };
const link = 'https://chat.example.org/rooms/7/12';

function forward(body: string, comment = '', more: Partial<Original> = {}): string[] {
  return forwarded(comment, { body, author: 'Ana', room: 'general', link, ...more }, words).split('\n');
}

test('the message is quoted under its author, room and address', () => {
  assert.deepEqual(forward('one\ntwo'), [`> **Ana** · [in general](${link})`, '>', '> one', '> two']);
});

test('without the room when others may not know it', () => {
  assert.equal(forward('one', '', { room: null })[0], `> **Ana** · [the message](${link})`);
});

test('own words stand above it, with an empty line between', () => {
  assert.deepEqual(forward('one', '  look\n').slice(0, 3), ['look', '', `> **Ana** · [in general](${link})`]);
});

test('every line is quoted, empty ones and those that are quotes already, too', () => {
  const body = forward('> said\n>> before\n\nand\r\nnow').slice(2);
  assert.deepEqual(body, ['> > said', '> >> before', '>', '> and', '> now']);
});

test('code stays as it is, tabs too', () => {
  const body = forward('```go\nfunc f() {\n\treturn\n}\n```\nafter').slice(2);
  assert.deepEqual(body, ['> ```go', '> func f() {', '> \treturn', '> }', '> ```', '> after']);
});

test('a tab before a line outside of a block of code reaches as far as it did', () => {
  assert.deepEqual(forward('\tcode\n  \tcode').slice(2), ['>     code', '>     code']);
});

test('a block of code that the own words leave open does not swallow the message', () => {
  assert.deepEqual(forward('one', 'see\n````\nx\n```').slice(0, 6), ['see', '````', 'x', '```', '````', '']);
});

test('a line that only looks like a fence opens nothing', () => {
  assert.deepEqual(forward('one', '``` a `b`').slice(0, 2), ['``` a `b`', '']);
});

test('names are shown as they are', () => {
  const [first] = forward('one', '', { author: 'A*n_a] @here', room: 'a](b)' });
  assert.equal(first, `> **A\\*n\\_a\\] \\@here** · [in a\\]\\(b\\)](${link})`);
});
