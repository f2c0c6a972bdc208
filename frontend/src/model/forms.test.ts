import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Me } from '../api/records';
import { profileChange, roomChange } from './changes';
import { ago, shortDate } from './format';
import { parsePlace, sectionAddress, sections } from './settings-place';
import { retentions, slowModes, values } from './room-choices';
import { ana, entry } from './testing/world';
import { exampleCommand, tokenWish } from './token';

describe('a form', () => {
  const me: Me = { ...ana, email: 'ana@example.org' };

  test('about myself sends what is different, and the password only with the e-mail address', () => {
    assert.equal(profileChange(me, { display_name: 'Ana', email: 'ana@example.org' }), null);
    assert.deepEqual(profileChange(me, { display_name: 'Ana B.', email: 'ana@example.org' }), {
      display_name: 'Ana B.',
    });
    assert.deepEqual(profileChange(me, { display_name: 'Ana', email: '', current_password: 'secret' }), {
      email: '',
      current_password: 'secret',
    });
  });

  test('about a room sends what is different, and no state that cannot be chosen', () => {
    const room = entry(7, { name: 'library', state: 'read-only' });
    assert.deepEqual(roomChange(room, { name: 'library', description: '', state: 'open' }), {
      state: 'open',
    });
    assert.equal(roomChange(room, { name: 'library', description: '', state: 'archived' }), null);
    assert.equal(roomChange(room, { name: 'library', description: '', state: 'read-only' }), null);
    assert.deepEqual(roomChange(room, { name: 'books', description: 'Quiet.' }), {
      name: 'books',
      description: 'Quiet.',
    });
  });

  test('about a room leaves alone what it does not show', () => {
    const room = entry(7, { topic: 'tides', slow_mode: 30, retention_days: null, is_default: true });
    assert.equal(roomChange(room, {}), null);
    assert.deepEqual(roomChange(room, { topic: '', slow_mode: '0' }), { topic: '', slow_mode: 0 });
    assert.deepEqual(roomChange(room, { retention_days: '0', kind: 'private', notices: 'hide' }), {
      kind: 'private',
      notices: 'hide',
      retention_days: 0,
    });
    assert.equal(roomChange(room, { retention_days: 'null' }), null);
    assert.deepEqual(roomChange(room, { default_shown: 'yes' }), { is_default: false });
    assert.equal(roomChange(room, { default_shown: 'yes', is_default: 'on' }), null);
  });

  test('about a room offers what it has now, too', () => {
    assert.deepEqual(values(slowModes, 42).at(-1), '42');
    assert.equal(values(retentions, 30).length, retentions.length);
  });

  test('for a token asks for as little as can be unless more is chosen', () => {
    assert.deepEqual(tokenWish({ name: 'bot' }), { name: 'bot', scope: 'read', expires_in_days: 90 });
    assert.deepEqual(tokenWish({ name: 'bot', scope: 'read-write', days: '7' }), {
      name: 'bot',
      scope: 'read-write',
      expires_in_days: 7,
    });
  });
});

describe('the example for a token', () => {
  const options = { home: 'http://chat.lan:8080', secret: 'chatd_X', room: 7, hello: "it's me" };

  test('posts a message when the token may write', () => {
    assert.equal(
      exampleCommand({ ...options, scope: 'read-write' }),
      `curl -H 'Authorization: Bearer chatd_X' -H 'Content-Type: application/json' ` +
        `-d '{"body":"it'\\''s me"}' 'http://chat.lan:8080/api/v1/rooms/7/messages'`,
    );
  });

  test('reads when that is all it may do, or when there is no room to write to', () => {
    const read = `curl -H 'Authorization: Bearer chatd_X' 'http://chat.lan:8080/api/v1/overview'`;
    assert.equal(exampleCommand({ ...options, scope: 'read' }), read);
    assert.equal(exampleCommand({ ...options, scope: 'read-write', room: null }), read);
  });
});

test('The address says which part of the settings is open', () => {
  for (const section of sections) assert.equal(parsePlace(sectionAddress(section)), section);
  assert.equal(parsePlace('#settings'), 'list');
  assert.equal(parsePlace('#settings/nothing'), 'list');
  for (const other of ['', '#messages', '#settingsx']) assert.equal(parsePlace(other), null);
});

test('A moment in the past is told in words, a long past one by its date', () => {
  const now = Date.UTC(2026, 2, 1, 12);
  const minutes = (n: number) => ago(now - n * 60_000, now);
  assert.equal(minutes(0.5), 'just now');
  assert.equal(minutes(-1), 'just now');
  assert.equal(minutes(5), '5 minutes ago');
  assert.equal(minutes(60), '1 hour ago');
  assert.equal(minutes(24 * 60), 'yesterday');
  assert.equal(minutes(30 * 24 * 60), '30 days ago');
  assert.equal(minutes(40 * 24 * 60), shortDate(now - 40 * 24 * 3_600_000));
});
