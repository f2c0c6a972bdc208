// How much script the first page costs: what a browser really loads before somebody can chat, or sign in. What is loaded
// later is there all the same when the server goes away meanwhile.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import zlib from 'node:zlib';
import { launchChromium, newPerson } from './lib/browser.mjs';
import { close, part, press, say, sees, setUp, settings } from './lib/people.mjs';
import { Server } from './lib/server.mjs';

/** @typedef {import('puppeteer-core').Page} Page */
/** @typedef {Awaited<ReturnType<typeof newPerson>>} Person */

/** Bytes of all scripts of a first page, compressed. */
const MOST = 100 * 1024;

const server = new Server();
/** @type {import('puppeteer-core').Browser} */ let browser;
/** @type {Person} */ let ana;

before(async () => {
  await server.start();
  browser = await launchChromium();
  ana = await newPerson(browser);
  await setUp(ana.page, server.url, { name: 'ana' });
  await say(ana.page, 'The first word.');
  await sees(ana.page, 'The first word.');
});

after(async () => {
  await browser?.close();
  await server.dispose();
});

test('the chat is usable for at most 100 KiB of script', async () => {
  const usable = '[data-testid="chat"]:has([data-testid="composer"]):has([data-testid="message"])';
  await weigh(await firstLook(ana, usable), 'the chat');
});

test('the page for signing in costs no more', async () => {
  const bo = await newPerson(browser);
  await weigh(await firstLook(bo, '[data-testid="sign-in-form"]'), 'the page for signing in');
  assert.deepEqual(bo.problems, []);
});

test('the settings, the way to the server and a dialog open after the server has stopped', async (t) => {
  const { page } = ana;
  await page.bringToFront();
  await page.reload();
  await sees(page, 'The first word.');
  await loaded(page, ['settings-dialog', 'open-dialog', 'members-panel', 'connection']);
  await server.stop();
  t.after(() => server.start());
  await settings(page, 'connection');
  await press(page, 'check');
  await part(page, 'check-summary');
  await close(page);
  await press(page, 'members-button');
  await part(page, 'members');
  await press(page, 'create-room');
  await part(page, 'create-room-form');
});

/**
 * Opens chatd in a new tab and gives the scripts that it has loaded by the moment when something stands on the screen.
 * @param {Person} person @param {string} selector @returns {Promise<string[]>}
 */
async function firstLook({ context }, selector) {
  const page = await context.newPage();
  await page.evaluateOnNewDocument((wanted) => {
    /** @type {any} */
    const global = window;
    const look = () => {
      if (global.scriptsThen || !document.querySelector(wanted)) return;
      global.scriptsThen = performance
        .getEntriesByType('resource')
        .map((entry) => new URL(entry.name).pathname)
        .filter((path) => path.endsWith('.js'));
    };
    new MutationObserver(look).observe(document, { childList: true, subtree: true });
  }, selector);
  await page.goto(server.url);
  await page.waitForFunction('window.scriptsThen !== undefined');
  const paths = await page.evaluate('window.scriptsThen');
  await page.close();
  return [...new Set(/** @type {string[]} */ (paths))];
}

/** Sums what scripts weigh as they travel. @param {string[]} paths @param {string} what */
async function weigh(paths, what) {
  assert.ok(paths.length > 0, 'no script was loaded');
  let sum = 0;
  for (const path of paths) {
    const script = await (await fetch(server.url + path)).text();
    sum += zlib.gzipSync(script, { level: 9 }).length;
  }
  console.log(`${what}: ${sum} bytes of script in ${paths.length} files`);
  assert.ok(sum <= MOST, `${what} costs ${sum} bytes of script, more than ${MOST}: ${paths.join(' ')}`);
}

/** Waits until the page has loaded parts that nobody has asked for yet. @param {Page} page @param {string[]} parts */
function loaded(page, parts) {
  return page.waitForFunction(
    (names) => {
      const paths = performance.getEntriesByType('resource').map((entry) => entry.name);
      return names.every((name) => paths.some((path) => path.includes(`/part-${name}-`)));
    },
    {},
    parts,
  );
}
