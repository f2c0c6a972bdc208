import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import type { Me } from '../api/records';
import { People } from './people';
import { ana, bo, cem } from './testing/world';

const NOW = Date.UTC(2026, 0, 5, 12);

function setUp(me: Partial<Me> = {}) {
  return new People({ ...ana, ...me }, [bo, cem]);
}

const tell = (people: People, states: Record<string, string>, snapshot = false) =>
  people.takePresence({ snapshot, states, notices: [] });

/** Somebody went at that time, and it is told now. */
const leave = (people: People, user: number, time: number) =>
  people.takePresence({
    snapshot: false,
    states: { [user]: 'offline' },
    notices: [{ user: String(user), notice: 'went-offline', time }],
  });

describe('people', () => {
  beforeEach(() => mock.timers.enable({ apis: ['Date'], now: NOW }));
  afterEach(() => mock.timers.reset());

  test('are offline until it is told otherwise, and in the state that is told', () => {
    const people = setUp();
    assert.equal(people.shown(bo.id), 'offline');
    tell(people, { 2: 'away', 3: 'do-not-disturb' }, true);
    assert.equal(people.shown(bo.id), 'away');
    assert.equal(people.shown(cem.id), 'do-not-disturb');
    tell(people, { 2: 'online' });
    assert.equal(people.shown(bo.id), 'online');
    assert.equal(people.shown(cem.id), 'do-not-disturb');
  });

  test('in a state that only a newer server knows are here', () => {
    const people = setUp();
    tell(people, { 2: 'levitating' });
    assert.equal(people.shown(bo.id), 'online');
  });

  test('I am shown as I chose, invisible too, whatever the others see', () => {
    const invisible = setUp({ presence: { choice: 'invisible', until: null } });
    tell(invisible, { 1: 'offline' });
    assert.equal(invisible.shown(ana.id), 'invisible');
    const automatic = setUp();
    assert.equal(automatic.shown(ana.id), 'online');
    tell(automatic, { 1: 'away' });
    assert.equal(automatic.shown(ana.id), 'away');
  });

  test('what I chose ends by itself', () => {
    const people = setUp({ presence: { choice: 'do-not-disturb', until: NOW + 60_000 } });
    assert.equal(people.shown(ana.id), 'do-not-disturb');
    mock.timers.setTime(NOW + 60_000);
    assert.equal(people.shown(ana.id), 'online');
    assert.deepEqual(people.choice, { choice: 'automatic', until: null });
  });

  test('say what they say of themselves as long as it is true', () => {
    const people = setUp();
    const status = { emoji: '🚲', text: 'On the way', until: NOW + 60_000 };
    people.put({ ...bo, status });
    people.put({ ...cem, status: { emoji: '', text: '', until: null } });
    assert.deepEqual(people.status(bo.id), status);
    assert.equal(people.status(cem.id), null);
    mock.timers.setTime(NOW + 60_000);
    assert.equal(people.status(bo.id), null);
  });

  test('were here last when they went, or when the server says so', () => {
    const people = setUp();
    tell(people, { 2: 'online' }, true);
    people.meetStates([{ id: cem.id, state: 'offline', last_seen_at: NOW - 5_000 }], people.moment);
    assert.equal(people.lastSeen(bo.id), null);
    assert.equal(people.lastSeen(cem.id), NOW - 5_000);
    mock.timers.setTime(NOW + 3_600_000);
    leave(people, bo.id, NOW + 1_000);
    assert.equal(people.lastSeen(bo.id), NOW + 1_000, 'not when it was told');
  });

  test('that went without a notice were here last at a time that nobody knows', () => {
    const people = setUp();
    people.meetStates([{ id: bo.id, state: 'offline', last_seen_at: NOW - 5_000 }], people.moment);
    tell(people, { 2: 'online' });
    tell(people, { 2: 'offline' });
    assert.equal(people.lastSeen(bo.id), null);
    people.meetStates([{ id: bo.id, state: 'offline', last_seen_at: NOW }], people.moment);
    assert.equal(people.lastSeen(bo.id), NOW);
  });

  test('that signed in again are not gone by an old notice', () => {
    const people = setUp();
    tell(people, { 2: 'online' });
    const notices = [{ user: '2', notice: 'signed-out', time: NOW }];
    people.takePresence({ snapshot: false, states: { 2: 'online' }, notices });
    assert.equal(people.lastSeen(bo.id), null);
  });

  test('may have been here before a snapshot that is not the first', () => {
    const people = setUp();
    people.meetStates([{ id: bo.id, state: 'offline', last_seen_at: NOW - 5_000 }], people.moment);
    tell(people, {}, true);
    assert.equal(people.lastSeen(bo.id), NOW - 5_000);
    tell(people, {}, true);
    assert.equal(people.lastSeen(bo.id), null);
  });

  test('that a snapshot leaves out, or calls offline, went at a time that nobody knows', () => {
    const people = setUp();
    for (const states of [{}, { 2: 'offline' }]) {
      tell(people, { 2: 'online' }, true);
      tell(people, states, true);
      assert.equal(people.shown(bo.id), 'offline');
      assert.equal(people.lastSeen(bo.id), null);
    }
  });

  test('of whom it is told are not put back by a list that is older', () => {
    const people = setUp();
    const asked = people.moment;
    tell(people, { 2: 'away' });
    people.meetStates(
      [
        { id: bo.id, state: 'offline', last_seen_at: NOW },
        { id: cem.id, state: 'online', last_seen_at: null },
      ],
      asked,
    );
    assert.equal(people.state(bo.id), 'away');
    assert.equal(people.lastSeen(bo.id), null);
    assert.equal(people.state(cem.id), 'online');
  });

  test('of whom it was told once are put right by an answer that is newer', () => {
    const people = setUp();
    tell(people, { 2: 'online', 3: 'offline' }, true);
    people.meetStates([{ id: cem.id, state: 'offline', last_seen_at: NOW - 7_000 }], people.moment);
    const asked = people.moment;
    tell(people, { 1: 'away' }); // and of others since
    people.meetStates(
      [
        { id: bo.id, state: 'offline', last_seen_at: NOW - 5_000 },
        { id: cem.id, state: 'do-not-disturb', last_seen_at: null },
      ],
      asked,
    );
    assert.equal(people.shown(bo.id), 'offline');
    assert.equal(people.lastSeen(bo.id), NOW - 5_000);
    assert.equal(people.shown(cem.id), 'do-not-disturb');
    people.meetStates([{ id: cem.id, state: 'offline', last_seen_at: NOW - 6_000 }], people.moment);
    assert.equal(people.lastSeen(cem.id), NOW - 6_000);
    tell(people, { 2: 'away' });
    assert.equal(people.shown(bo.id), 'away');
  });

  test('are asked about again after a snapshot that is not the first, and what was asked before it is of the past', () => {
    const people = setUp();
    tell(people, { 2: 'offline' }, true);
    assert.equal(people.gaps.value, 0);
    const asked = people.moment;
    tell(people, { 3: 'online' }, true);
    assert.equal(people.gaps.value, 1);
    people.meetStates([{ id: bo.id, state: 'online', last_seen_at: NOW - 5_000 }], asked);
    assert.equal(people.state(bo.id), 'offline');
    assert.equal(people.lastSeen(bo.id), null);
    people.meetStates([{ id: bo.id, state: 'offline', last_seen_at: NOW }], people.moment);
    assert.equal(people.lastSeen(bo.id), NOW);
  });

  test('news of me keep what only I know of myself', () => {
    const people = setUp({ notices: 'hide', email: 'ana@example.org' });
    const { email: _, presence, time_zone, notices, ...user } = ana;
    people.put({ ...user, display_name: 'Ana B.' });
    assert.equal(people.me.display_name, 'Ana B.');
    assert.equal(people.me.notices, 'hide');
    assert.equal(people.me.email, 'ana@example.org');
    assert.deepEqual([presence, time_zone, notices], [ana.presence, ana.time_zone, ana.notices]);
  });
});
