// The members of a large room: how many are here, a page of them, a search; and the presence of those on the screen.
import assert from 'node:assert/strict';
import { newPerson } from './lib/browser.mjs';
import { testInEachBrowser } from './lib/names.mjs';
import { Owner } from './lib/owner.mjs';
import { press, shows } from './lib/people.mjs';
import { api, enter, newcomers } from './lib/presence.mjs';

/** @typedef {import('puppeteer-core').Page} Page */

/** With the owner: more than the 100 of a small room. */
const MEMBERS = 150;

testInEachBrowser(
  'the members of a large room',
  async (t, { browser, server, url }) => {
    const owner = await Owner.setUp(server.url);
    const people = await newcomers(owner, MEMBERS - 1);
    const [first, second] = people;
    assert.ok(first && second);
    const ana = await newPerson(browser);
    await enter(ana.page, owner, url);
    await press(ana.page, 'members-button');

    await t.test('are counted, and those who are here are listed first', async () => {
      await counts(ana.page, { here: 1, all: MEMBERS });
      await listed(ana.page, 1);
      assert.deepEqual(await names(ana.page), ['Ana']);
      const button = await ana.page.$eval('[data-testid="members-button"]', (e) => e.textContent?.trim());
      assert.equal(button, String(MEMBERS));
    });

    await t.test('are counted and listed anew when somebody comes, of whom there is no line', async (t) => {
      const bo = await newPerson(browser);
      await enter(bo.page, first, url);
      const begun = Date.now();
      await counts(ana.page, { here: 2, all: MEMBERS });
      t.diagnostic(`counted ${Date.now() - begun} ms after the page listens`);
      await listed(ana.page, 2);
      assert.deepEqual(await names(ana.page), ['Ana', first.name]);
      await bo.context.close();
      await counts(ana.page, { here: 1, all: MEMBERS });
      await listed(ana.page, 1);
      assert.equal(await ana.page.$('[data-testid="notice"]'), null);
    });

    await t.test('come all of them when all are wanted', async () => {
      await ana.page.locator('[data-testid="members-filter"] label:has([value="all"])').click();
      await listed(ana.page, MEMBERS);
      const shown = await names(ana.page);
      assert.deepEqual(shown, ['Ana', ...people.map(({ name }) => name)]);
    });

    await t.test('are found by a part of their names', async () => {
      await ana.page.locator('[data-testid="members-search"]').fill('ON 10');
      await listed(ana.page, 10);
      assert.deepEqual(
        await names(ana.page),
        people.map(({ name }) => name).filter((name) => name.startsWith('person 10')),
      );
      await ana.page.locator('[data-testid="members-search"]').fill('nobody at all');
      await listed(ana.page, 0);
      await shows(ana.page, 'members-found', /Nobody matches/);
    });

    await t.test('have dots as long as they are on the screen', async () => {
      await ana.page.locator('[data-testid="members-search"]').fill(second.name);
      await listed(ana.page, 1);
      const bo = await newPerson(browser);
      await enter(bo.page, second, url);
      const dot = `[data-testid="member"][data-user="${second.id}"] [data-testid="presence"]`;
      await ana.page.waitForSelector(`${dot}[data-state="online"]`);
      await second.signOut();
      await ana.page.waitForSelector(`${dot}[data-state="offline"]`);
      await bo.context.close();
    });

    await t.test('are told by the API alike', async () => {
      const path = `/rooms/${owner.room.id}/members`;
      const page = await api(owner, 'GET', `${path}?limit=40`);
      assert.deepEqual([page.members.length, page.members_total, page.here_total], [40, MEMBERS, 1]);
      const here = await api(owner, 'GET', `${path}?here=true`);
      assert.deepEqual(
        here.members.map((/** @type {any} */ one) => [one.display_name, one.state]),
        [['Ana', 'online']],
      );
    });

    assert.deepEqual(ana.problems, []);
  },
  { hosts: ['localhost'], env: { CHATD_TRUSTED_PROXIES: '127.0.0.1' } },
);

/** Waits for what the panel counts. @param {Page} page @param {{here: number, all: number}} wanted */
function counts(page, { here, all }) {
  return page.waitForFunction(
    (words) =>
      document.querySelector('[data-testid="members-filter"]')?.textContent?.replace(/^Which members/, '') ===
      words,
    {},
    `Here ${here}All ${all}`,
  );
}

/** Waits until so many members are listed. @param {Page} page @param {number} count */
function listed(page, count) {
  return page.waitForFunction(
    (wanted) =>
      document.querySelectorAll('[data-testid="members-list"] [data-testid="member"]').length === wanted,
    {},
    count,
  );
}

/** The names in the list, in its order. @param {Page} page */
const names = (page) =>
  page.$$eval('[data-testid="members-list"] .member-name', (found) => found.map((one) => one.textContent));
