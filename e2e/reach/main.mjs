// Has people chat through each intermediary, in each browser and mode, and prints what came of it. Words choose intermediaries
// by their titles.
import fs from 'node:fs';
import { kinds, launch } from '../lib/browser.mjs';
import { name } from '../lib/proxies.mjs';
import { converse, modes } from './cell.mjs';
import { intermediaries, plainName } from './intermediaries.mjs';
import { sorted, table } from './table.mjs';
import { World } from './world.mjs';

const words = process.argv.slice(2).map((word) => word.toLowerCase());
const chosen = intermediaries.filter(
  ({ title }) => words.length === 0 || words.some((word) => title.toLowerCase().includes(word)),
);

/** @type {import('./table.mjs').Row[]} */
const rows = [];

/** @typedef {{plain: World, secure: World}} Worlds */

/**
 * The cells of some intermediaries in one browser, one after the other.
 * @param {import('../lib/browser.mjs').Kind} kind @param {import('./intermediaries.mjs').Intermediary[]} some @param {Worlds} worlds
 */
async function lane(kind, some, worlds) {
  const browser = await launch(kind, [plainName, name], { acceptInsecureCerts: true });
  try {
    for (const intermediary of some) {
      const world = intermediary.secure ? worlds.secure : worlds.plain;
      const person = await world.welcome();
      for (const mode of modes) await cell({ intermediary, browser, kind, mode, world, person });
    }
  } finally {
    await browser.close();
  }
}

/** @param {Omit<import('./cell.mjs').Where, 'passage'>} where */
async function cell(where) {
  const { intermediary, kind, mode, world } = where;
  const row = { intermediary: intermediary.title, kind, mode };
  let passage;
  try {
    passage = await intermediary.open(world.server.url);
    rows.push({ ...row, result: await converse({ ...where, passage }) });
    process.stderr.write('.');
  } catch (error) {
    rows.push({ ...row, error: told(error) });
    process.stderr.write(`\n${Object.values(row).join(', ')}: ${error}\n`);
  } finally {
    await passage?.stop();
  }
}

/** @param {unknown} error */
const told = (error) => (error instanceof Error ? String(error.stack) : String(error));

const plain = await World.start({});
const secure = await World.start({
  CHATD_PUBLIC_URL: `https://${name}`,
  CHATD_TRUSTED_PROXIES: '127.0.0.1',
});
// Where connections are cut there is much waiting, so others go on meanwhile.
const groups = [chosen.filter((one) => one.unsteady), chosen.filter((one) => !one.unsteady)];
const ends = await Promise.allSettled(
  kinds.flatMap((kind) =>
    groups.filter((some) => some.length > 0).map((some) => lane(kind, some, { plain, secure })),
  ),
);
await Promise.all([plain.stop(), secure.stop()]);
const titles = chosen.map(({ title }) => title);
const text = table(sorted(rows, titles, kinds));
fs.mkdirSync('build', { recursive: true });
fs.writeFileSync('build/reach.txt', text);
console.log(`\n${text}`);
for (const end of ends) if (end.status === 'rejected') console.error(end.reason);
process.exitCode = rows.some((row) => row.error) || ends.some((end) => end.status === 'rejected') ? 1 : 0;
