// What is written without a connection survives reloads, closed tabs and crashes, and arrives once, in order.
//
// The connection is cut between the browser and chatd for the chat's requests (/api and /comet). The page's own files
// still come: there is no part of the page yet that would load it without any server.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { launch, newTab } from './lib/browser.mjs';
import { holds } from './lib/composing.mjs';
import { Hop } from './lib/hop.mjs';
import { testInEachBrowser } from './lib/names.mjs';
import { Owner } from './lib/owner.mjs';
import { gone, invite, menu, part, press, say, sees, signIn, signUp } from './lib/people.mjs';

/** @typedef {import('puppeteer-core').Page} Page */
/** @typedef {import('puppeteer-core').BrowserContext} Context */
/** @typedef {import('./lib/names.mjs').World} World */
/** @typedef {import('node:test').TestContext} TestContext */

/** @type {Hop['fate']} */
const offline = (_method, where) => (/^\/(api|comet)\//.test(where) ? 'cut' : 'pass');
/** @type {(what: import('./lib/hop.mjs').Fate) => Hop['fate']} */
const sends = (what) => (method, where) => (method === 'POST' && /\/messages$/.test(where) ? what : 'pass');
const online = () => /** @type {const} */ ('pass');

/** A chatd behind a hop that can be cut, and its owner. */
class Place {
  /** @param {Hop} hop @param {Owner} owner @param {string} url @param {string} host */
  constructor(hop, owner, url, host) {
    this.hop = hop;
    this.owner = owner;
    this.url = url;
    this.host = host;
  }

  /** @param {TestContext} t @param {World} world */
  static async make(t, { server, host }) {
    const hop = new Hop(server.url, {});
    t.after(() => hop.stop());
    const url = `http://${host}:${await hop.start()}`;
    return new Place(hop, await Owner.setUp(server.url), url, host);
  }

  /** A tab of the owner's, with a connection. @param {Context} context */
  async tab(context) {
    this.hop.fate = online;
    await this.owner.lend(context, this.host);
    const tab = await newTab(context);
    tab.page.setDefaultTimeout(15_000);
    await tab.page.goto(this.url);
    await part(tab.page, 'composer');
    await listens(tab.page);
    return tab;
  }

  /** What the server has of the room, in its order. @returns {Promise<string[]>} */
  async stored() {
    const { url, cookie, room } = this.owner;
    const answer = await fetch(`${url}/api/v1/rooms/${room.id}/messages?limit=200`, {
      headers: { Cookie: cookie },
    });
    const { messages } = await answer.json();
    return messages.map((/** @type {{body: string}} */ { body }) => body);
  }
}

/** @param {Page} page */
const listens = (page) => page.waitForSelector('[data-testid="connection-state"][data-phase="listening"]');

/** What a page shows of the messages, whether they are sent or not. @param {Page} page @returns {Promise<string[]>} */
const shown = (page) =>
  page.$$eval('[data-testid="message"] [data-testid="message-body"]', (found) =>
    found.map((e) => e.textContent ?? ''),
  );

/** Waits until a page shows these messages last. @param {Page} page @param {string[]} wanted */
const showsLast = (page, wanted) =>
  page.waitForFunction(
    (list) => {
      const found = [...document.querySelectorAll('[data-testid="message"] [data-testid="message-body"]')];
      return (
        found
          .slice(-list.length)
          .map((e) => e.textContent)
          .join('\n') === list.join('\n')
      );
    },
    { timeout: 20_000, polling: 100 },
    wanted,
  );

/** Waits until the database of the outbox has so many messages. @param {Page} page @param {number} count */
const keeps = (page, count) =>
  page.waitForFunction(
    async (wanted) => {
      let found = 0;
      for (const { name = '' } of await indexedDB.databases()) {
        if (!name.includes('.outbox.')) continue;
        found += await new Promise((resolve, reject) => {
          const opening = indexedDB.open(name);
          opening.onerror = reject;
          opening.onsuccess = () => {
            const count = opening.result.transaction('unsent').objectStore('unsent').count();
            count.onsuccess = () => {
              opening.result.close();
              resolve(count.result);
            };
          };
        });
      }
      return found === wanted;
    },
    { timeout: 10_000, polling: 100 },
    count,
  );

/** @param {Page} page @param {string} text */
async function draft(page, text) {
  await page.bringToFront();
  await page.locator('[data-testid="composer"]').fill(text);
}

testInEachBrowser('what is written without a connection', async (t, world) => {
  const place = await Place.make(t, world);
  const { hop } = place;
  const { browser, kind } = world;
  /** Those who are not to be seen again. @type {string[]} */
  const all = [];
  /** @param {string[]} wanted */
  const arrived = async (...wanted) => {
    all.push(...wanted);
    assert.deepEqual(await place.stored(), all);
  };

  await t.test('arrives once, in order, after a reload; the draft is there', async () => {
    const context = await browser.createBrowserContext();
    const { page, problems } = await place.tab(context);
    hop.interrupt(offline);
    for (const text of ['one', 'two', 'three']) await say(page, text);
    await draft(page, 'a draft');
    await keeps(page, 3);
    await page.reload();
    await part(page, 'unreachable-page');
    hop.interrupt(online);
    await page.reload();
    await sees(page, 'three', 20_000);
    assert.deepEqual(await shown(page), ['one', 'two', 'three']);
    await holds(page, 'a draft');
    await keeps(page, 0);
    await arrived('one', 'two', 'three');
    assert.deepEqual(problems, []);
    await context.close();
  });

  await t.test('is the same in two tabs, and arrives once in the order in which it was written', async () => {
    const context = await browser.createBrowserContext();
    const one = await place.tab(context);
    const other = await place.tab(context);
    hop.interrupt(offline);
    const turns = [one, other, one, other];
    for (const [i, { page }] of turns.entries()) {
      await page.bringToFront();
      await say(page, `turn ${i}`);
      await keeps(page, i + 1);
    }
    const lines = turns.map((_, i) => `turn ${i}`);
    await showsLast(one.page, lines);
    await showsLast(other.page, lines);
    await draft(other.page, 'another draft');
    await other.page.reload();
    await part(other.page, 'unreachable-page');
    hop.interrupt(online);
    await sees(one.page, 'turn 3', 60_000);
    await other.page.reload();
    await sees(other.page, 'turn 3', 20_000);
    await holds(other.page, 'another draft');
    await keeps(one.page, 0);
    await arrived(...lines);
    await showsLast(one.page, all);
    await showsLast(other.page, all);
    assert.deepEqual([...one.problems, ...other.problems], []);
    await context.close();
  });

  await t.test('is sent by another tab when its own is closed', async () => {
    const context = await browser.createBrowserContext();
    const one = await place.tab(context);
    const other = await place.tab(context);
    hop.interrupt(sends('cut'));
    await one.page.bringToFront();
    await say(one.page, 'written in a tab that is closed');
    await showsLast(other.page, ['written in a tab that is closed']);
    await one.page.close();
    hop.interrupt(online);
    await other.page.bringToFront();
    await sees(other.page, 'written in a tab that is closed', 40_000);
    await arrived('written in a tab that is closed');
    await context.close();
  });

  await t.test('can be removed in another tab, and never arrives then', async () => {
    const context = await browser.createBrowserContext();
    const one = await place.tab(context);
    const other = await place.tab(context);
    hop.interrupt(sends('cut'));
    await one.page.bringToFront();
    await say(one.page, 'better not');
    await say(one.page, 'rather this');
    await other.page.bringToFront();
    await other.page.waitForSelector('[data-testid="message-failed"]', { timeout: 20_000 });
    await press(other.page, 'delete');
    await keeps(other.page, 1);
    hop.interrupt(online);
    await press(other.page, 'retry').catch(() => {});
    await sees(other.page, 'rather this', 40_000);
    await showsLast(one.page, [...all, 'rather this']);
    await arrived('rather this');
    await context.close();
  });

  await t.test('arrives once when the server had it and its answer was lost', async () => {
    const context = await browser.createBrowserContext();
    const { page } = await place.tab(context);
    // Neither the answer nor the stream tells that it has arrived.
    hop.interrupt((method, where) => {
      if (sends('lose')(method, where) === 'lose') return 'lose';
      return offline(method, where);
    });
    await say(page, 'the answer is lost');
    await page.waitForSelector('[data-testid="message-failed"]', { timeout: 20_000 });
    hop.interrupt(offline);
    await say(page, 'after it');
    await keeps(page, 2);
    await page.reload();
    hop.interrupt(online);
    await page.reload();
    await sees(page, 'after it', 20_000);
    await keeps(page, 0);
    await arrived('the answer is lost', 'after it');
    await showsLast(page, all);
    await context.close();
  });

  await t.test(
    'stays when the tab that sends crashes or is frozen',
    { skip: kind === 'Firefox' },
    async () => {
      for (const how of /** @type {const} */ (['Page.crash', 'frozen'])) {
        const context = await browser.createBrowserContext();
        const one = await place.tab(context);
        const other = await place.tab(context);
        const session = await one.page.createCDPSession();
        if (how === 'Page.crash') void session.send('Page.crash').catch(() => {});
        else await session.send('Page.setWebLifecycleState', { state: 'frozen' });
        await other.page.bringToFront();
        await say(other.page, `after ${how}`);
        await sees(other.page, `after ${how}`, 20_000);
        await arrived(`after ${how}`);
        await context.close();
      }
    },
  );

  await t.test('is warned of before signing out, and is a draft afterwards', async () => {
    const context = await browser.createBrowserContext();
    const { page } = await place.tab(context);
    await place.owner.signIn(); // this one's session ends below
    hop.interrupt(sends('cut'));
    await say(page, 'unsent at the end');
    await keeps(page, 1);
    await menu(page, 'sign-out');
    await part(page, 'sign-out-dialog');
    await page.keyboard.press('Escape');
    await gone(page, 'sign-out-dialog');
    assert.equal((await shown(page)).at(-1), 'unsent at the end');
    await menu(page, 'sign-out');
    await press(page, 'sign-out-anyway');
    await part(page, 'sign-in-form');
    hop.interrupt(online);
    await signIn(page, place.url, 'ana');
    await holds(page, 'unsent at the end');
    await keeps(page, 0);
    place.owner = await place.owner.signIn();
    assert.deepEqual(await place.stored(), all);
    await context.close();
  });

  await t.test('waits for its author when the session has ended, whoever signs in meanwhile', async () => {
    const context = await browser.createBrowserContext();
    const { page } = await place.tab(context);
    const link = new URL(await invite(page));
    hop.interrupt(sends('cut'));
    await say(page, 'for when ana is back');
    await keeps(page, 1);
    const cookies = await context.cookies();
    await context.deleteCookie(...cookies);
    hop.interrupt(online);
    await page.reload();
    await part(page, 'sign-in-form');
    await signUp(page, place.url + link.pathname, 'bo');
    await listens(page);
    await showsLast(page, all);
    assert.deepEqual(await shown(page), all);
    await say(page, 'bo writes');
    await sees(page, 'bo writes');
    await arrived('bo writes');
    await menu(page, 'sign-out');
    await part(page, 'sign-in-form');
    await signIn(page, place.url, 'ana');
    await sees(page, 'for when ana is back', 20_000);
    await arrived('for when ana is back');
    await context.close();
  });

  await t.test('survives a crash of the browser', async (t) => {
    const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'chatd-profile-'));
    const start = () => launch(kind, ['chat.lan'], { userDataDir: profile });
    const first = await start();
    const { page } = await place.tab(first.defaultBrowserContext());
    hop.interrupt(offline);
    for (const text of ['before the crash', 'and just before']) await say(page, text);
    await keeps(page, 2);
    const process = first.process();
    assert.ok(process);
    const ended = new Promise((resolve) => process.once('exit', resolve));
    process.kill('SIGKILL');
    await ended;
    hop.interrupt(online);
    const second = await start();
    t.after(async () => {
      await second.close();
      fs.rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    });
    const back = await place.tab(second.defaultBrowserContext());
    await sees(back.page, 'and just before', 20_000);
    await keeps(back.page, 0);
    await arrived('before the crash', 'and just before');
  });
});
