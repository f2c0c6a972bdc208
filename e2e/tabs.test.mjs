// Many tabs of one person in one browser, which has six connections to the server over HTTP/1.1.
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { newTab } from './lib/browser.mjs';
import { testInEachBrowser } from './lib/names.mjs';
import { Owner } from './lib/owner.mjs';
import { menu, part, sees, transcript } from './lib/people.mjs';
import { lock } from './lib/postgres.mjs';

/** @typedef {import('puppeteer-core').Page} Page */
/** @typedef {import('puppeteer-core').BrowserContext} Context */
/** @typedef {{page: Page, problems: string[]}} Tab */

const count = 10;
const options = { env: { CHATD_METRICS_ADDR: '127.0.0.1:0' } };

testInEachBrowser(
  'ten tabs of one person share a connection',
  async (t, { kind, browser, server, host, url }) => {
    const owner = await Owner.setUp(server.url);
    const speaker = await owner.signIn();
    const figures = await server.figures();
    const context = await browser.createBrowserContext();
    await owner.lend(context, host);
    const watch = figures.watch();
    const tabs = await openTabs(context, url);
    const pages = tabs.map(({ page }) => page);
    const problems = tabs.map((tab) => tab.problems);
    let said = 0;
    const say = async () => {
      said += 1;
      await speaker.say(`line ${said}`);
    };

    await t.test('one connection is left when it is quiet', async (t) => {
      const begun = performance.now();
      const then = await figures.until(({ held }) => held === 1, { within: 20_000, lasting: 2_000 });
      t.diagnostic(`after ${Math.round(then - begun - 2_000)} ms`);
    });

    await t.test('a line is there in all tabs', async (t) => {
      await say();
      const begun = performance.now();
      const took = await Promise.all(pages.map((page) => since(begun, sees(page, `line ${said}`))));
      t.diagnostic(`after ${list(took)} ms`);
    });

    await t.test('no control request waits while the connection is busy', async (t) => {
      const hush = speakOn(say);
      /** @type {number[]} */
      const took = [];
      for (const page of [...pages, ...pages]) took.push(await ping(page));
      await hush();
      took.sort((a, b) => a - b);
      t.diagnostic(
        `a ping took ${list([took[0], took[took.length >> 1], took.at(-1)])} ms: least, median, most`,
      );
      assert.ok(Number(took.at(-1)) < 1_000, `pings took ${list(took)} ms`);
      await Promise.all(pages.map((page) => sees(page, `line ${said}`)));
    });

    await t.test('nothing is lost or repeated when tabs close', async (t) => {
      /** @type {number[]} */
      const times = [];
      while (tabs.length > 1) {
        // Whoever has the connection goes first, again and again.
        const held = await Promise.all(
          tabs.map(({ page }) => page.$$eval('iframe', (found) => found.length)),
        );
        const [leaving] = tabs.splice(Math.max(0, held.lastIndexOf(1)), 1);
        assert.ok(leaving);
        assert.deepEqual(await numbers(leaving.page), upTo(said));
        const closing = leaving.page.close();
        const line = say();
        const begun = performance.now();
        await Promise.all([closing, line]);
        await Promise.all(tabs.map(({ page }) => sees(page, `line ${said}`, 20_000)));
        times.push(performance.now() - begun);
      }
      t.diagnostic(`a line said meanwhile was in all others after ${list(times)} ms`);
      const [last] = tabs;
      assert.ok(last);
      assert.deepEqual(await numbers(last.page), upTo(said));
    });

    await t.test('nothing is left at the server when the last tab is closed', async (t) => {
      const { most, samples } = await watch.stop();
      t.diagnostic(`at most ${most} connections were held, in ${samples} looks`);
      assert.ok(most <= 2, `${most} connections were held at a time`);
      const begun = performance.now();
      await tabs[0]?.page.close();
      const streams = await figures.until(({ held }) => held === 0, { within: 15_000 });
      assert.ok(streams - begun < 2_000);
      t.diagnostic(`no connection after ${list([streams - begun])} ms`);
      // The lease takes its time, which is the same everywhere.
      if (kind !== 'Chromium' || host !== 'localhost') return;
      const sessions = await figures.until((now) => now.sessions === 0, { within: 15_000 });
      t.diagnostic(`no session after ${list([sessions - begun])} ms`);
    });

    assert.deepEqual(problems.flat(), []);
  },
  options,
);

/** What may go on while somebody signs out. @type {Record<string, (world: {owner: Owner, server: import('./lib/server.mjs').Server, figures: import('./lib/figures.mjs').Figures}) => Promise<() => Promise<void>>>} */
const circumstances = {
  'it is quiet': async () => async () => {},
  'the connection is busy': async ({ owner }) => {
    const speaker = await owner.signIn();
    return speakOn(() => speaker.say('never mind'));
  },
  'the database is stuck': async ({ owner, server, figures }) => {
    const reader = await owner.signIn();
    const { release } = await lock(server, 'messages');
    const all = Array.from({ length: 80 }, () => reader.read());
    await figures.until(({ used, most }) => used === most, { within: 10_000 });
    return async () => {
      await release();
      await Promise.all(all);
    };
  },
};

testInEachBrowser(
  'a log-out ends ten tabs within a second',
  async (t, { browser, server, host, url }) => {
    const owner = await Owner.setUp(server.url);
    const figures = await server.figures();
    // What goes on at the server is the same under any name.
    const busy = Object.entries(circumstances).filter(([when]) => host === 'localhost' || /busy/.test(when));
    for (const [when, begin] of busy) {
      await t.test(`when ${when}`, async (t) => {
        const context = await browser.createBrowserContext();
        await (await owner.signIn()).lend(context, host);
        const tabs = await openTabs(context, url);
        const pages = tabs.map(({ page }) => page);
        await figures.until(({ held }) => held >= 1 && held <= 2, { within: 20_000, lasting: 500 });
        const end = await begin({ owner, server, figures });
        const front = pages[4];
        assert.ok(front);
        await Promise.all(pages.map(notesTheEnd));
        await menu(front, 'sign-out');
        // Not until it is drawn: tabs in the background draw nothing.
        await Promise.all(pages.map((page) => page.waitForSelector('[data-testid="sign-in-form"]')));
        const begun = await front.evaluate(() => Number(sessionStorage.begun));
        const ended = await Promise.all(
          pages.map((page) => page.evaluate(() => Number(sessionStorage.ended))),
        );
        const took = ended.map((time) => time - begun).sort((a, b) => a - b);
        const gone = await figures.until(({ held }) => held === 0, { within: 5_000 });
        await end();
        t.diagnostic(
          `after ${list(took)} ms; no connection ${list([performance.timeOrigin + gone - begun])} ms`,
        );
        assert.ok(
          took.every((ms) => ms < 1_000),
          `it took ${list(took)} ms`,
        );
        assert.deepEqual(
          tabs.flatMap(({ problems }) => problems),
          [],
        );
        await context.close();
      });
    }
  },
  options,
);

/** @param {Context} context @param {string} url @returns {Promise<Tab[]>} */
async function openTabs(context, url) {
  /** @type {Tab[]} */
  const tabs = [];
  while (tabs.length < count) {
    const tab = await newTab(context);
    tabs.push(tab);
    await tab.page.goto(url);
    await part(tab.page, 'composer');
  }
  return tabs;
}

/** Speaks about as fast as a busy room until it is told to stop. @param {() => Promise<unknown>} say */
function speakOn(say) {
  let speaking = true;
  const speak = async () => {
    for (; speaking; await pause(100)) await say();
  };
  const done = speak();
  return () => {
    speaking = false;
    return done;
  };
}

/** Makes a page note when the button is pressed and when the form to sign in is there. @param {Page} page */
function notesTheEnd(page) {
  return page.evaluate(() => {
    sessionStorage.clear();
    document.addEventListener(
      'click',
      () => {
        sessionStorage.begun = String(Date.now());
      },
      { capture: true },
    );
    const look = new MutationObserver(() => {
      if (sessionStorage.ended || !document.querySelector('[data-testid="sign-in-form"]')) return;
      sessionStorage.ended = String(Date.now());
    });
    look.observe(document, { childList: true, subtree: true });
  });
}

/** @param {Page} page */
const numbers = async (page) => (await transcript(page)).map(({ number }) => number);

/** @param {number} last */
const upTo = (last) => Array.from({ length: last }, (_, i) => i + 1);

/** How many milliseconds something takes. @param {number} begun @param {Promise<unknown>} what */
async function since(begun, what) {
  await what;
  return performance.now() - begun;
}

/** @param {(number | undefined)[]} times */
const list = (times) => times.map((ms) => Math.round(ms ?? Number.NaN)).join(', ');

/** How many milliseconds a control request takes. @param {Page} page */
function ping(page) {
  return page.evaluate(async () => {
    const begun = performance.now();
    const answer = await fetch('/comet/control', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ operations: [{ op: 'ping' }] }),
    });
    const { events } = await answer.json();
    if (events[0]?.event !== 'ping-ack') throw new Error(`the answer was ${JSON.stringify(events)}`);
    return performance.now() - begun;
  });
}
