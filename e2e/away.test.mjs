// Pages that go away for a while: into the back/forward cache, without a network.
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { newPerson } from './lib/browser.mjs';
import { testInEachBrowser } from './lib/names.mjs';
import { Owner } from './lib/owner.mjs';
import { listensBy, part, sees, transcript } from './lib/people.mjs';

/** @typedef {import('puppeteer-core').Page} Page */

/** Milliseconds for what comes at once: far from the time after which a silent stream is given up. */
const soon = 10_000;

testInEachBrowser('pages that were away', async (t, { kind, browser, server, host, url }) => {
  const owner = await Owner.setUp(server.url);
  const speaker = await owner.signIn();
  const { page, context, problems } = await newPerson(browser);
  await owner.lend(context, host);
  await page.goto(url);
  await listensBy(page, 'iframe');
  let said = 0;
  const say = async () => {
    said += 1;
    await speaker.say(`line ${said}`);
  };
  const hasAll = async (/** @type {Page} */ page, timeout = 20_000) => {
    const begun = performance.now();
    await sees(page, `line ${said}`, timeout);
    assert.deepEqual(
      (await transcript(page)).map(({ text }) => text),
      Array.from({ length: said }, (_, i) => `line ${i + 1}`),
    );
    return Math.round(performance.now() - begun);
  };

  await t.test('listening leaves no trace in the history, and the page has loaded', async () => {
    await say();
    await hasAll(page);
    // Chromium counts the empty page that a tab begins with.
    const entries = kind === 'Chromium' ? 2 : 1;
    assert.deepEqual(await page.evaluate(() => [document.readyState, window.history.length]), [
      'complete',
      entries,
    ]);
  });

  await t.test('the way back leads to a page that listens and lacks nothing', async (t) => {
    for (let round = 0; round < 2; round += 1) {
      await remember(page);
      await page.goto(`${url}/no/such/page`);
      await say();
      await page.goBack();
      const took = await hasAll(page, soon);
      await listensBy(page, 'iframe', soon);
      if (kind === 'Chromium') assert.equal(await origin(page), 'from the cache');
      t.diagnostic(`${await origin(page)}; everything was there after ${took} ms`);
      await say();
      await hasAll(page, soon);
    }
    assert.equal(await page.evaluate(() => document.readyState), 'complete');
  });

  await t.test('a time without network loses nothing', async (t) => {
    await page.setOfflineMode(true);
    await say();
    await pause(2_000);
    await say();
    await page.setOfflineMode(false);
    t.diagnostic(`everything was there ${await hasAll(page, 40_000)} ms after the network`);
  });

  await t.test('the way back after a log-out elsewhere shows nothing of the room', async (t) => {
    await page.bringToFront();
    await remember(page);
    await countGlimpses(page);
    await page.goto(`${url}/no/such/page`);
    await owner.signOut();
    await page.goBack();
    await part(page, 'sign-in-form');
    t.diagnostic(await origin(page));
    assert.equal(await page.evaluate(() => /** @type {any} */ (window).glimpses ?? 0), 0);
    assert.equal(await page.$('[data-testid="message"]'), null);
  });

  assert.deepEqual(problems, []);
});

/** Makes a page note whether it comes back from the cache. @param {Page} page */
function remember(page) {
  return page.evaluate(() => {
    const note = (/** @type {PageTransitionEvent} */ event) => {
      /** @type {any} */ (window).persisted = event.persisted;
    };
    addEventListener('pageshow', note, { once: true });
  });
}

/** Makes a page that comes back count how often it is drawn with messages before the form to sign in is there. @param {Page} page */
function countGlimpses(page) {
  return page.evaluate(() => {
    const here = /** @type {any} */ (window);
    here.glimpses = 0;
    const look = () => {
      const line = document.querySelector('[data-testid="message"]');
      if (line?.checkVisibility({ visibilityProperty: true })) here.glimpses += 1;
      if (!document.querySelector('[data-testid="sign-in-form"]')) requestAnimationFrame(look);
    };
    addEventListener('pageshow', look, { once: true });
  });
}

/** Where the page has come from. @param {Page} page */
async function origin(page) {
  const persisted = await page.evaluate(() => /** @type {any} */ (window).persisted === true);
  return persisted ? 'from the cache' : 'loaded anew';
}
