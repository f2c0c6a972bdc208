import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AuditEntry, AuditNames } from '../api/oversight';
import { auditTexts } from '../texts/audit';
import { auditQuery, changesOf, sentenceOf } from './audit';
import { isolate, shortTime } from './format';

const ana = { id: 1, username: 'ana', display_name: 'Ana' };
const bo = { id: 2, username: 'bo', display_name: 'Bo' };

const names: AuditNames = {
  people: new Map([[1, 'Ana']]),
  rooms: new Map([[7, 'harbour']]),
  browsers: { 'Mozilla/5.0 (X11)': 'Firefox on Linux' },
};

function entry(action: string, change: Partial<AuditEntry> = {}): AuditEntry {
  return {
    id: 1,
    at: 0,
    origin: 'person',
    actor: ana,
    action,
    user: bo,
    room: { id: 7, name: 'harbour' },
    object: '',
    reason: '',
    before: {},
    after: {},
    withheld: false,
    names,
    ...change,
  };
}

/** What changed, without what is only there for few. */
function changes(facts: Pick<AuditEntry, 'before' | 'after'>) {
  return changesOf({ ...facts, names }).map(({ name, before, after }) => ({ name, before, after }));
}

describe('an entry of the audit log', () => {
  test('is a sentence', () => {
    assert.equal(sentenceOf(entry('member-banned')), 'Ana banned Bo from harbour.');
    assert.equal(
      sentenceOf(entry('messages-deleted', { after: { count: 2, numbers: [4, 5] } })),
      'Ana deleted 2 messages of Bo in harbour.',
    );
    assert.equal(
      sentenceOf(entry('messages-deleted', { user: ana, after: { count: 1 } })),
      'Ana deleted 1 message of their own in harbour.',
    );
    assert.equal(sentenceOf(entry('user-added', { user: ana })), 'Ana made an account.');
  });

  test('says what did it when no person did', () => {
    assert.equal(
      sentenceOf(entry('user-suspended', { actor: null, origin: 'command-line' })),
      'The command line suspended Bo.',
    );
    assert.equal(
      sentenceOf(
        entry('messages-erased', { actor: null, user: null, origin: 'chatd', before: { messages: 1200 } }),
      ),
      'chatd itself erased 1,200 messages in harbour for good.',
    );
  });

  test('names no private room, and is readable even when the act is not known', () => {
    assert.equal(
      sentenceOf(entry('room-archived', { room: { id: 9, name: null } })),
      'Ana archived private room 9.',
    );
    assert.equal(sentenceOf(entry('tea-made')), 'Ana: tea-made');
  });

  test('tells what changed, before and after, in words', () => {
    assert.deepEqual(
      changes({
        before: { slow_mode: 0, retention_days: null, topic: '', is_default: false, state: 'open' },
        after: { slow_mode: 60, retention_days: 0, topic: 'tides', is_default: true, state: 'read-only' },
      }),
      [
        { name: 'slow mode', before: 'off', after: '1 minute' },
        { name: 'messages are kept', before: 'as the workspace', after: 'for ever' },
        { name: 'topic', before: 'nothing', after: 'tides' },
        { name: 'everybody new comes in', before: 'no', after: 'yes' },
        { name: 'who writes', before: 'everybody in it', after: 'owners and moderators' },
      ],
    );
    const until = '2026-03-01T12:00:00Z';
    assert.deepEqual(changes({ before: {}, after: { until, sessions_ended: 2, count: 3 } }), [
      { name: 'until', before: null, after: shortTime(Date.parse(until)) },
      { name: 'sign-ins ended', before: null, after: '2' },
    ]);
    assert.deepEqual(changes({ before: {}, after: { until: null } }), [
      { name: 'until', before: null, after: 'until somebody ends it' },
    ]);
  });

  test('names browsers, people and the rooms that one may know', () => {
    const ended = { before: { user_agent: 'Mozilla/5.0 (X11)' }, after: {}, names };
    assert.deepEqual(changesOf(ended), [
      { name: 'browser', before: 'Firefox on Linux', after: null, whole: 'Mozilla/5.0 (X11)' },
    ]);
    assert.deepEqual(changes({ before: {}, after: { invited_by: 1, room_ids: [7, 9], actor: 5 } }), [
      { name: 'invited by', before: null, after: isolate('Ana') },
      { name: 'rooms', before: null, after: `${isolate('harbour')}, room 9` },
      { name: 'only by', before: null, after: 'person 5' },
    ]);
    assert.deepEqual(changes({ before: {}, after: { room_ids: [] } }), [
      { name: 'rooms', before: null, after: 'none in particular' },
    ]);
  });

  test('shows what it does not know as it is', () => {
    assert.deepEqual(changes({ before: { flavour: { mild: 1 } }, after: { flavour: [3, 4] } }), [
      { name: 'flavour', before: '{"mild":1}', after: '3, 4' },
    ]);
  });

  test('can be chosen by a name for each act', () => {
    assert.equal(auditTexts.names['member-banned'], 'Member banned');
    assert.equal(Object.keys(auditTexts.names).length, Object.keys(auditTexts.acts).length);
  });
});

test('The filters of the audit log leave out what is empty, and the last day counts whole', () => {
  assert.deepEqual(auditQuery({ search: ' ', actor: '7', from: '', to: '' }), { actor: '7' });
  assert.deepEqual(auditQuery({ search: ' no boats ' }), { search: 'no boats' });
  assert.deepEqual(auditQuery({ from: '2026-01-31', to: '2026-01-31' }), {
    from: new Date(2026, 0, 31).toISOString(),
    to: new Date(2026, 1, 1).toISOString(),
  });
});
