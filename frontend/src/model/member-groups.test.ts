import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Member } from '../api/records';
import { asBefore, type Groups, grouped, rowsAsBefore, type Staying } from './member-groups';
import { ana, bo, cem, memberOf } from './testing/world';

const [a, b, c] = [memberOf(ana), memberOf(bo), memberOf(cem)];
const d = memberOf({ ...bo, id: 4, display_name: 'Dee' });
const names = (groups: readonly (readonly Member[])[]) =>
  groups.map((group) => group.map(({ display_name }) => display_name).join(' '));

describe('the members of a small room', () => {
  const before: Groups = grouped([c, b, a], (id) => id !== cem.id);

  test('stand by name, those who are here first', () => {
    assert.deepEqual(names(before), ['Ana Bo', 'Cem']);
  });

  test('stay in their groups while somebody aims at one, but for those who are new or have left', () => {
    const swapped = grouped([a, b, c, d], (id) => id !== bo.id);
    assert.deepEqual(names(swapped), ['Ana Cem Dee', 'Bo']);
    assert.deepEqual(names(asBefore(swapped, before, 'all')), ['Ana Bo Dee', 'Cem']);
    const left = grouped([a, c], () => true);
    assert.deepEqual(names(asBefore(left, before, 'all')), ['Ana', 'Cem']);
  });

  test('go where they belong when nobody aims, but for the one that has the focus', () => {
    const swapped = grouped([a, b, c, d], (id) => id !== bo.id);
    assert.deepEqual(names(asBefore(swapped, before, bo.id)), ['Ana Bo Cem Dee', '']);
    assert.deepEqual(names(asBefore(swapped, before, cem.id)), ['Ana Dee', 'Bo Cem']);
    assert.deepEqual(names(asBefore(swapped, before, null)), ['Ana Cem Dee', 'Bo']);
  });

  test('are as they are now, wherever they stand', () => {
    const moderator = memberOf(bo, { room_role: 'moderator' });
    const [here] = asBefore(
      grouped([a, moderator, c], () => false),
      before,
      'all',
    );
    assert.equal(here[1]?.room_role, 'moderator');
  });
});

describe('the rows of a large room', () => {
  test('stay while somebody aims at one, as they are now, and those who come stand below', () => {
    const moderator = memberOf(bo, { room_role: 'moderator' });
    const rows = rowsAsBefore([d, moderator], [a, b], 'all');
    assert.deepEqual(names([rows]), ['Ana Bo Dee']);
    assert.equal(rows[1]?.room_role, 'moderator');
  });

  test('are those of now when nobody aims, and the one that has the focus stands below whom it stood', () => {
    const left = (staying: Staying) => names([rowsAsBefore([a, d], [a, b, c], staying)]);
    assert.deepEqual(left(null), ['Ana Dee']);
    assert.deepEqual(left(bo.id), ['Ana Bo Dee']);
    assert.deepEqual(left(cem.id), ['Ana Cem Dee']);
    assert.deepEqual(left(ana.id), ['Ana Dee']);
    assert.deepEqual(left(99), ['Ana Dee']);
    assert.deepEqual(names([rowsAsBefore([d], [a, b], ana.id)]), ['Ana Dee']);
  });
});
