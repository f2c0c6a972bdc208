import assert from 'node:assert/strict';
import { test } from 'node:test';
import { historyPage, workspaceState } from '../api/records';
import { suggestUsername } from '../pages/account-fields';
import { initials } from '../view/avatar';
import { linkify, trimEnd } from '../view/linkify';
import { matches } from '../view/match';
import { bodyLength, cleanBody } from './body';
import { dayName, listOf } from './format';
import { parseRoute } from './route';
import { uuid } from './uuid';

test('An address is taken apart', () => {
  assert.deepEqual(parseRoute('/'), { name: 'home' });
  assert.deepEqual(parseRoute('/sign-up'), { name: 'sign-up' });
  assert.deepEqual(parseRoute('/connection'), { name: 'connection' });
  assert.deepEqual(parseRoute('/administration'), { name: 'administration', section: null });
  assert.deepEqual(parseRoute('/administration/audit'), { name: 'administration', section: 'audit' });
  assert.deepEqual(parseRoute('/administration/weather'), { name: 'unknown' });
  assert.deepEqual(parseRoute('/rooms/12'), { name: 'room', id: 12, message: null, thread: null });
  assert.deepEqual(parseRoute('/rooms/12/34'), { name: 'room', id: 12, message: 34, thread: null });
  assert.deepEqual(parseRoute('/rooms/12/thread/34'), { name: 'room', id: 12, message: null, thread: 34 });
  assert.deepEqual(parseRoute('/rooms/12/thread/0'), { name: 'unknown' });
  assert.deepEqual(parseRoute('/rooms/12/'), parseRoute('/rooms/12'));
  assert.deepEqual(parseRoute('/join/a%2Fb'), { name: 'join', token: 'a/b' });
  assert.deepEqual(parseRoute('/join/%E0%A4%A'), { name: 'join', token: '%E0%A4%A' });
  for (const path of ['/rooms/x', '/rooms/0', '/rooms/1/x', '/rooms', '/elsewhere', '/sign-in/x']) {
    assert.deepEqual(parseRoute(path), { name: 'unknown' }, path);
  }
});

test('A client_id is a random UUID of version 4', () => {
  const ids = Array.from({ length: 100 }, uuid);
  for (const id of ids) assert.match(id, /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  assert.equal(new Set(ids).size, 100);
});

test('A body is trimmed and made valid', () => {
  assert.equal(cleanBody('  a\n b \n'), 'a\n b');
  assert.equal(cleanBody('a\0b'), 'ab');
  assert.equal(cleanBody('\ud83d!'), '\ufffd!');
  assert.equal(cleanBody('🦊'), '🦊');
});

test('A body is counted in characters', () => {
  assert.equal(bodyLength('🦊'.repeat(15_000)), 15_000);
  assert.equal(bodyLength('a'.repeat(20_001)), 20_001);
});

test('Links end where the address ends', () => {
  const cases: [string, string][] = [
    ['https://a.org/x.', 'https://a.org/x'],
    ['https://a.org/x_(y)', 'https://a.org/x_(y)'],
    ['https://a.org/x)', 'https://a.org/x'],
    ['https://a.org/x).', 'https://a.org/x'],
    ['https://a.org/?q=[1]', 'https://a.org/?q=[1]'],
    ['https://a.org/x…', 'https://a.org/x'],
  ];
  for (const [found, wanted] of cases) assert.equal(trimEnd(found), wanted);
});

test('Only web addresses become links, and the text stays whole', () => {
  const link = (text: string) => linkify(text).filter((part) => typeof part === 'object');
  assert.equal(link('see https://a.org, www.b.org and http://c.org:8080/x').length, 3);
  for (const text of [
    'javascript:alert(1)',
    'ftp://a.org',
    'https://',
    'a.org',
    'xhttps://a.org',
    '<b>bold</b>',
  ]) {
    assert.equal(link(text).length, 0, text);
    assert.equal(linkify(text).join(''), text);
  }
});

test('Initials come from the first and the last word', () => {
  assert.equal(initials('Ana Oliveira'), 'AO');
  assert.equal(initials('phatmonkey'), 'P');
  assert.equal(initials('zcat[1]'), 'Z1');
  assert.equal(initials('نور الدين'), 'نا');
  assert.equal(initials('🦊'), '?');
});

test('Searching ignores case and accents and takes words in any order', () => {
  assert.ok(matches('ana', 'Ána Oliveira', 'ana'));
  assert.ok(matches('oli an', 'Ana Oliveira'));
  assert.ok(matches('', 'anything'));
  assert.ok(!matches('bo', 'Ana Oliveira'));
});

test('A user name is suggested from a name', () => {
  assert.equal(suggestUsername('Zoë Ångström-López'), 'zoe.angstrom.lopez');
  assert.equal(suggestUsername('  '), '');
  assert.ok(suggestUsername('a b '.repeat(40)).length <= 40);
});

test('Days are named from here', () => {
  const now = new Date(2026, 2, 1, 9).getTime();
  assert.equal(dayName(new Date(2026, 2, 1, 0, 1).getTime(), now), 'Today');
  assert.equal(dayName(new Date(2026, 1, 28, 23, 59).getTime(), now), 'Yesterday');
  assert.match(dayName(new Date(2026, 1, 27).getTime(), now), /February/);
  assert.match(dayName(new Date(2025, 1, 27).getTime(), now), /2025/);
});

test('Lists read like a sentence', () => {
  assert.equal(listOf(['Ana']), 'Ana');
  assert.equal(listOf(['Ana', 'Bo', 'Cem']), 'Ana, Bo and Cem');
});

test('An answer of the wrong shape is refused with the place of the fault', () => {
  assert.throws(
    () => historyPage({ messages: [{}], position: { epoch: 1, seq: 1 }, more: false }, 'history'),
    {
      message: /history\.messages\[0\]\.id/,
    },
  );
  assert.throws(() => workspaceState({ state: 'broken', signed_in: false }, 'workspace'), {
    name: 'ParseError',
  });
});

test('What a newer server adds is passed over', () => {
  const page = { messages: [], position: { epoch: 1, seq: 1, extra: 1 }, more: false, extra: true };
  assert.deepEqual(historyPage(page, 'history'), {
    messages: [],
    position: { epoch: 1, seq: 1 },
    more: false,
    more_after: false,
    quotes: [],
  });
});
