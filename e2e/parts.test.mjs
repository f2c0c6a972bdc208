// What did not come of the page is fetched again when it is needed, without a reload: a browser by itself keeps the failure.
import fs from 'node:fs';
import { newPerson } from './lib/browser.mjs';
import { Hop } from './lib/hop.mjs';
import { testInEachBrowser } from './lib/names.mjs';
import { Owner } from './lib/owner.mjs';
import { chatParts, hasParts } from './lib/parts.mjs';
import { menu, part, settings, shows } from './lib/people.mjs';

/** @type {Record<string, string>} */
const manifest = JSON.parse(
  fs.readFileSync(new URL('../frontend/dist/manifest.json', import.meta.url), 'utf8'),
);
/** The files that the page cannot begin without. */
const first = new Set(
  Object.entries(manifest).flatMap(([entry, file]) => (entry.startsWith('main.') ? [`/assets/${file}`] : [])),
);

/** @type {Record<string, import('./lib/hop.mjs').Fate>} */
const breaks = { 'were cut half-way': 'half', 'were refused by a proxy': 'refuse', 'did not come': 'cut' };

testInEachBrowser(
  'what has come whole is not asked for again',
  async (t, { browser, server, host }) => {
    const owner = await Owner.setUp(server.url);
    const hop = new Hop(server.url, {});
    t.after(() => hop.stop());
    /** @type {Set<string>} */
    const asked = new Set();
    hop.fate = (_method, path) => {
      if (!path.startsWith('/assets/part-') || first.has(path)) return 'pass';
      if (asked.has(path)) return 'half';
      asked.add(path);
      return 'pass';
    };
    const { page, context } = await newPerson(browser);
    await owner.lend(context, host);
    await page.goto(`http://${host}:${await hop.start()}/rooms/${owner.room.id}`);
    await part(page, 'composer');
    await settings(page, 'connection');
    await hasParts(page, chatParts);
  },
  { hosts: ['localhost'] },
);

testInEachBrowser(
  'the page fetches its parts again',
  async (t, { browser, server, host }) => {
    const owner = await Owner.setUp(server.url);
    for (const [what, fate] of Object.entries(breaks)) {
      await t.test(`that ${what}`, async (t) => {
        const hop = new Hop(server.url, {});
        t.after(() => hop.stop());
        const url = `http://${host}:${await hop.start()}`;
        const breaks = () => {
          hop.fate = (_method, path) =>
            path.startsWith('/assets/part-') && !first.has(path) ? fate : 'pass';
        };
        const mends = () => {
          hop.fate = () => 'pass';
        };

        await t.test('to somebody who comes to sign in', async (t) => {
          const { page, context } = await newPerson(browser);
          t.after(() => context.close());
          breaks();
          await page.goto(`${url}/sign-in`);
          await part(page, 'unreachable-page');
          mends();
          await page.locator('[data-testid="unreachable-page"] button').click();
          await part(page, 'sign-in-form');
        });

        await t.test('to somebody who chats', async (t) => {
          const { page, context } = await newPerson(browser);
          t.after(() => context.close());
          await owner.lend(context, host);
          breaks();
          await page.goto(`${url}/rooms/${owner.room.id}`);
          await part(page, 'composer');
          await menu(page, 'settings');
          await shows(page, 'toasts', /This part of the page could not be loaded/);
          mends();
          await settings(page, 'connection');
        });
      });
    }
  },
  { hosts: ['localhost'] },
);
