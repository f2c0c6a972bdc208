import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Member } from '../api/records';
import { asBefore, type Groups, grouped, rowsAsBefore } from './member-groups';
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
    assert.deepEqual(names(asBefore(swapped, before)), ['Ana Bo Dee', 'Cem']);
    const left = grouped([a, c], () => true);
    assert.deepEqual(names(asBefore(left, before)), ['Ana', 'Cem']);
  });

  test('are as they are now, wherever they stand', () => {
    const moderator = memberOf(bo, { room_role: 'moderator' });
    const [here] = asBefore(
      grouped([a, moderator, c], () => false),
      before,
    );
    assert.equal(here[1]?.room_role, 'moderator');
  });
});

describe('the rows of a large room', () => {
  test('stay while somebody aims at one, as they are now, and those who come stand below', () => {
    const moderator = memberOf(bo, { room_role: 'moderator' });
    const rows = rowsAsBefore([d, moderator], [a, b]);
    assert.deepEqual(names([rows]), ['Ana Bo Dee']);
    assert.equal(rows[1]?.room_role, 'moderator');
  });
});
