// Has people chat through each intermediary, in each browser and mode, and prints what came of it. Words choose intermediaries
// by their titles.
import fs from 'node:fs';
import { kinds, launch } from '../lib/browser.mjs';
import { name } from '../lib/proxies.mjs';
import { converse, modes } from './cell.mjs';
import { intermediaries, plainName } from './intermediaries.mjs';
import { sorted, table } from './table.mjs';
import { World } from './world.mjs';

/** Milliseconds that a conversation may take. */
const longest = 5 * 60_000;

const chosen = choose(process.argv.slice(2));

/** @type {import('./table.mjs').Row[]} */
const rows = [];

/** @typedef {{plain: World, secure: World}} Worlds */

/** The intermediaries that words stand for: all, if there are none. @param {string[]} words */
function choose(words) {
  const means = (/** @type {string} */ word, /** @type {string} */ title) =>
    title.toLowerCase().includes(word.toLowerCase());
  for (const word of words) {
    if (!intermediaries.some(({ title }) => means(word, title)))
      throw new Error(
        `no intermediary is called ${word}: ${intermediaries.map(({ title }) => title).join('; ')}`,
      );
  }
  return intermediaries.filter(({ title }) => words.length === 0 || words.some((word) => means(word, title)));
}

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
    rows.push({ ...row, result: await within(longest, converse({ ...where, passage })) });
    process.stderr.write('.');
  } catch (error) {
    rows.push({ ...row, error: told(error) });
    process.stderr.write(`\n${Object.values(row).join(', ')}: ${error}\n`);
  } finally {
    await passage?.stop();
  }
}

/** What a promise gives, if it does so in time. @template T @param {number} ms @param {Promise<T>} promise @returns {Promise<T>} */
function within(ms, promise) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  /** @type {Promise<never>} */
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it did not end within ${ms / 1_000} s`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** @param {unknown} error */
const told = (error) => (error instanceof Error ? String(error.stack) : String(error));

/** All chosen cells and their table, and whether each was there and went well. @param {Worlds} worlds */
async function reach(worlds) {
  // Where connections are cut there is much waiting, so others go on meanwhile.
  const groups = [chosen.filter((one) => one.unsteady), chosen.filter((one) => !one.unsteady)];
  const ends = await Promise.allSettled(
    kinds.flatMap((kind) => groups.filter((some) => some.length > 0).map((some) => lane(kind, some, worlds))),
  );
  const titles = chosen.map(({ title }) => title);
  const text = table(sorted(rows, titles, kinds));
  fs.mkdirSync('build', { recursive: true });
  fs.writeFileSync('build/reach.txt', text);
  console.log(`\n${text}`);
  for (const end of ends) if (end.status === 'rejected') console.error(end.reason);
  const cells = chosen.length * kinds.length * modes.length;
  if (rows.length !== cells) console.error(`${cells - rows.length} of ${cells} cells are missing`);
  return (
    rows.length === cells &&
    rows.every((row) => row.result) &&
    ends.every((end) => end.status === 'fulfilled')
  );
}

const plain = await World.start({});
try {
  const secure = await World.start({
    CHATD_PUBLIC_URL: `https://${name}`,
    CHATD_TRUSTED_PROXIES: '127.0.0.1',
  });
  try {
    process.exitCode = (await reach({ plain, secure })) ? 0 : 1;
  } finally {
    await secure.stop();
  }
} finally {
  await plain.stop();
}
