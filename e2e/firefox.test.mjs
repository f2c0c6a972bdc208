// The daily work in Firefox: writing, answering, keeping, threads. Their own files try each of it in all its parts.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, newTab } from './lib/browser.mjs';
import { field, holds, suggests, type } from './lib/composing.mjs';
import { chord, gone, listensBy, opened, part, press, say, sees, shows } from './lib/people.mjs';
import { Server } from './lib/server.mjs';
import { speakers } from './lib/speakers.mjs';

/** @typedef {import('./lib/speakers.mjs').Speaker} Speaker */

const server = new Server();
/** @type {import('puppeteer-core').Browser} */ let browser;
/** Who uses Firefox. @type {Speaker} */ let ana;
/** Who does not. @type {Speaker} */ let bo;
/** @type {import('puppeteer-core').Page} */ let page;
/** @type {string[]} */ let problems;
/** @type {number} */ let room;

before(async () => {
  await server.start();
  const all = await speakers(server.url, 2);
  [ana, bo] = /** @type {[Speaker, Speaker]} */ (all.people);
  ({ room } = all);
  browser = await launch('Firefox');
  const context = await browser.createBrowserContext();
  await ana.lend(context, '127.0.0.1');
  ({ page, problems } = await newTab(context));
  await page.goto(`${server.url}/rooms/${room}`);
  await listensBy(page, 'iframe');
});

after(async () => {
  await browser?.close();
  await server.dispose();
});

/** What was said last, as the server has it. @returns {Promise<any>} */
const last = async () => (await bo.ask('GET', `rooms/${room}/messages?limit=1`)).messages[0];

/** Waits until the page has an address. @param {string} path */
const isAt = (path) => page.waitForFunction((wanted) => location.pathname === wanted, { polling: 50 }, path);

/** The selector of the row in which a text stands. @param {string} text */
async function rowOf(text) {
  const found = await page.waitForFunction(
    (wanted) =>
      [...document.querySelectorAll('[data-testid="timeline"] [data-testid="message"][data-number]')]
        .findLast((row) => row.querySelector('[data-testid="message-body"]')?.textContent === wanted)
        ?.getAttribute('data-number'),
    { polling: 100 },
    text,
  );
  return `[data-testid="timeline"] [data-testid="message"][data-number="${await found.jsonValue()}"]`;
}

/** Goes to a message by keyboard and presses a key for it. @param {string} text @param {import('puppeteer-core').KeyInput} key */
async function at(text, key) {
  await page.keyboard.press('Shift');
  await page.focus(await rowOf(text));
  await page.keyboard.press(key);
}

test('Enter sends, with Shift it is a new line, and what is begun survives a reload', async () => {
  await type(page, 'one');
  await chord(page, 'Shift', 'Enter');
  await page.keyboard.type('two');
  await holds(page, 'one\ntwo');
  await page.reload();
  await holds(page, 'one\ntwo');
  await say(page, 'one, two');
  await sees(page, 'one, two');
});

test('people and emoji are completed by keyboard, and Ctrl+Z takes it back', async () => {
  await type(page, 'hello @b');
  await suggests(page, 'bo');
  await page.keyboard.press('Enter');
  await holds(page, 'hello @bo ');
  await chord(page, 'Control', 'z');
  await holds(page, 'hello @b');
  await type(page, 'ship it :tad');
  await suggests(page, ':tada:');
  await page.keyboard.press('Tab');
  await holds(page, 'ship it 🎉');
  await chord(page, 'Control', 'Shift', 'ArrowLeft');
  await type(page, '');
});

test('Up edits, Shift+Up answers, and Escape leaves', async () => {
  await say(page, 'mispelled');
  await sees(page, 'mispelled');
  await page.keyboard.press('ArrowUp');
  await holds(page, 'mispelled');
  await part(page, 'compose-bar');
  await page.keyboard.press('End');
  await page.keyboard.type(' no more');
  await page.keyboard.press('Enter');
  await gone(page, 'compose-bar');
  await sees(page, 'mispelled no more');
  assert.equal((await last()).body, 'mispelled no more');
  await page.focus(field);
  await chord(page, 'Shift', 'ArrowUp');
  await shows(page, 'compose-about', /Replying to/);
  await page.keyboard.press('Escape');
  await gone(page, 'compose-bar');
});

test('a message is pinned and saved with a key, and found in the panel and in the list', async () => {
  await at('one, two', 'p');
  await page.waitForSelector(`${await rowOf('one, two')} [data-testid="pinned-mark"]`);
  await at('one, two', 's');
  await page.waitForSelector(`${await rowOf('one, two')} [data-testid="saved-mark"]`);
  await press(page, 'pins-button');
  await page.waitForSelector('[data-testid="pins"] ::-p-text(one, two)');
  await press(page, 'close-pins');
  await press(page, 'go-saved');
  await page.waitForSelector('[data-testid="room-pane"] ::-p-text(one, two)');
  await page.evaluate(() => history.back());
  await opened(page, 'general');
});

test('an answer in a thread is unread for whose message it answers, and the back button leads out', async () => {
  await say(page, 'Who brings the cake?');
  await sees(page, 'Who brings the cake?');
  const { number } = await last();
  await bo.say(room, 'I do.', { thread: number });
  await page.waitForSelector('[data-testid="go-threads"] .badge');
  await page.locator(`${await rowOf('Who brings the cake?')} [data-testid="thread-line"]`).click();
  await part(page, 'thread');
  await page.waitForSelector('[data-testid="thread"] ::-p-text(I do.)');
  await isAt(`/rooms/${room}/thread/${number}`);
  await page.waitForFunction(() => !document.querySelector('[data-testid="go-threads"] .badge'), {
    polling: 100,
  });
  await page.locator('[data-testid="thread-composer"]').fill('Chocolate, please.');
  await press(page, 'thread-send');
  await shows(page, 'thread-line', /2 replies/);
  await page.evaluate(() => history.back());
  await gone(page, 'thread');
  await isAt(`/rooms/${room}`);
  assert.deepEqual(problems, []);
});
