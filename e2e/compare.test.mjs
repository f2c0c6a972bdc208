// The comparison that the other tests trust finds each kind of fault.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare } from './lib/compare.mjs';

const wanted = ['one', 'two', 'three'];
const none = { lost: [], repeated: [], reordered: [] };

/** @type {Record<string, {found: string[], faults: Partial<import('./lib/compare.mjs').Faults>}>} */
const cases = {
  'nothing, when all is there': { found: wanted, faults: {} },
  'a lost line': { found: ['one', 'three'], faults: { lost: ['here: two'] } },
  'a lost last line': { found: ['one', 'two'], faults: { lost: ['here: three'] } },
  'a repeated line': { found: ['one', 'two', 'two', 'three'], faults: { repeated: ['here: two'] } },
  'a line repeated after others': { found: [...wanted, 'one'], faults: { repeated: ['here: one'] } },
  'a line that nobody said': { found: [...wanted, 'four'], faults: { repeated: ['here: four'] } },
  'lines in another order': { found: ['two', 'one', 'three'], faults: { reordered: ['here: one'] } },
  'everything lost': { found: [], faults: { lost: wanted.map((text) => `here: ${text}`) } },
};

for (const [title, { found, faults }] of Object.entries(cases)) {
  test(`the comparison finds ${title}`, () => {
    assert.deepEqual(compare([{ where: 'here', wanted, found }]), { ...none, ...faults });
  });
}
