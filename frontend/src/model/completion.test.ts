import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { completed, mentionable, queryAt } from './completion';

/** The query at |, as kind and text. */
function at(marked: string): string | null {
  const found = queryAt(marked.replace('|', ''), marked.indexOf('|'));
  return found && `${found.kind} ${found.text}`;
}

describe('what can be completed', () => {
  for (const [marked, query] of [
    ['hello @an|', 'person an'],
    ['@|', 'person '],
    ['@an| and more', 'person an'],
    ['(@an|', 'person an'],
    ['**@an|', 'person an'],
    ['@Zoë|', 'person Zoë'],
    ['line\n@a|', 'person a'],
    ['see #gen|', 'room gen'],
    ['#|', 'room '],
    [':sm|', 'emoji sm'],
    [':+1|', 'emoji +1'],
    ['/|', 'command '],
    ['/top|', 'command top'],
  ] as const) {
    test(`${marked} asks for ${query}`, () => assert.equal(at(marked), query));
  }

  for (const marked of [
    '',
    'ana@exam|',
    ':s|',
    '10:30|',
    ':-)|',
    'http:|//',
    'a#b|',
    '@ana |',
    '/topic new|',
    'see /top|',
    '//top|',
    '`@an|',
    '```\n@an|',
  ]) {
    test(`${marked || 'nothing'} asks for nothing`, () => assert.equal(at(marked), null));
  }

  test('a word is followed by a space, unless something is there', () => {
    const query = { kind: 'person', text: 'an', from: 0, to: 3 } as const;
    assert.equal(completed('@an', query, '@ana'), '@ana ');
    assert.equal(completed('@an, hello', query, '@ana'), '@ana');
  });
});

describe('whom a name can mean', () => {
  const person = (id: number, username: string, display_name = username) => ({ id, username, display_name });
  const inside = [person(1, 'rosa', 'Rosa Luz'), person(2, 'bo')];
  const others = [person(3, 'robin'), person(4, 'rolf')];
  const names = (query: string, all = true, most = 8) =>
    mentionable(query, inside, others, all, most).map((one) =>
      one.kind === 'person' ? one.person.username : one.name,
    );

  test('people of the room stand before everybody, and these before strangers', () => {
    assert.deepEqual(names('ro'), ['rosa', 'room', 'rolf', 'robin']);
    assert.deepEqual(names(''), ['rosa', 'bo', 'room', 'here']);
    assert.deepEqual(names('ro', false), ['rosa', 'rolf', 'robin']);
    assert.deepEqual(names('luz'), ['rosa']);
    assert.deepEqual(names('zz'), []);
  });

  test('everybody has a place also in a crowded room', () => {
    assert.deepEqual(names('', true, 3), ['rosa', 'room', 'here']);
  });
});
