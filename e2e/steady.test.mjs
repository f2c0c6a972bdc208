// Who reads back is not moved by what becomes of the messages around: what stands in view stays there to the pixel.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchChromium, newTab } from './lib/browser.mjs';
import { listensBy } from './lib/people.mjs';
import { Server } from './lib/server.mjs';
import { speakers } from './lib/speakers.mjs';
import { drawn } from './lib/steady.mjs';

/** @typedef {import('./lib/speakers.mjs').Speaker} Speaker */

const server = new Server();
/** @type {import('puppeteer-core').Browser} */ let browser;
/** Whose page it is. @type {Speaker} */ let ana;
/** Who writes. @type {Speaker} */ let bo;
/** @type {number} */ let room;
/** @type {import('puppeteer-core').Page} */ let page;
/** @type {string[]} */ let problems;

/** Everything that was said before. */
const count = 100;
const timeline = '[data-testid="timeline"]';

/** @param {number} number */
const row = (number) => `${timeline} [data-testid="message"][data-number="${number}"]`;

before(async () => {
  await server.start();
  browser = await launchChromium();
  const { people, room: first } = await speakers(server.url, 2);
  [ana, bo] = /** @type {[Speaker, Speaker]} */ (people);
  room = first;
  // A person and a day in one: no line begins or ends a group when another one goes.
  for (let n = 1; n <= count; n += 1) await bo.say(room, `line ${n} ${'and so on '.repeat(40)}`);
  await ana.ask('PUT', `rooms/${room}/read`, { number: count });
  const context = await browser.createBrowserContext();
  await ana.lend(context, '127.0.0.1');
  ({ page, problems } = await newTab(context));
  await page.goto(`${server.url}/rooms/${room}`);
  await listensBy(page, 'iframe');
  await page.waitForSelector(row(count));
});

after(async () => {
  await browser?.close();
  await server.dispose();
});

/**
 * Scrolls so that a message begins so many pixels above the view, while others fill the rest of it. Tells where the next
 * one stands.
 * @param {number} number @param {number} hidden
 */
async function cut(number, hidden) {
  await page.$eval(
    row(number),
    (line, hidden) => {
      const view = line.closest('[role="log"]');
      const edge = view?.getBoundingClientRect().top ?? 0;
      view?.scrollBy(0, line.getBoundingClientRect().top - edge + hidden);
    },
    hidden,
  );
  // The page has taken note of it once the frame after it is drawn.
  await drawn(page);
  return top(number + 1);
}

/** @param {number} number */
const top = (number) => page.$eval(row(number), (line) => line.getBoundingClientRect().top);

/** Where a message stands did not change by a pixel. @param {number} number @param {number} before */
async function stays(number, before) {
  await drawn(page);
  const now = await top(number);
  assert.ok(Math.abs(now - before) < 1, `line ${number} moved by ${now - before} pixels`);
}

const thumb = encodeURIComponent('👍');
const messages = () => `rooms/${room}/messages`;

test('by reactions to what stands above, and to what is half in view', async () => {
  const before = await cut(70, 20);
  for (const number of [69, 70]) {
    await bo.ask('PUT', `${messages()}/${number}/reactions/${thumb}`);
    await page.waitForSelector(`${row(number)} [data-testid="reaction"]`);
    await stays(71, before);
  }
  for (const number of [69, 70]) {
    await bo.ask('DELETE', `${messages()}/${number}/reactions/${thumb}`);
    await page.waitForSelector(`${row(number)} [data-testid="reaction"]`, { hidden: true });
    await stays(71, before);
  }
});

test('by other wordings of them', async () => {
  const before = await cut(65, 20);
  for (const [number, body] of /** @type {const} */ ([
    [64, 'short'],
    [65, 'a **long** one '.repeat(80)],
    [65, 'short, too, '.repeat(30)],
  ])) {
    await bo.ask('PATCH', `${messages()}/${number}`, { body });
    await page.waitForFunction(
      (selector, words) => document.querySelector(selector)?.textContent?.startsWith(words),
      { polling: 50 },
      `${row(number)} [data-testid="message-body"]`,
      body.replaceAll('*', '').slice(0, 10),
    );
    await stays(66, before);
  }
});

test('by deletions of what stands above, of what is half in view and of the first that is not', async () => {
  const before = await cut(60, 20);
  const next = await top(62);
  for (const number of [59, 60]) {
    await bo.ask('DELETE', `${messages()}/${number}`);
    await page.waitForSelector(row(number), { hidden: true });
    await stays(61, before);
  }
  await bo.ask('DELETE', `${messages()}/61`);
  await page.waitForSelector(row(61), { hidden: true });
  await stays(62, next);
});

test('but a message that fills the view stays itself where it is', async () => {
  await bo.ask('PATCH', `${messages()}/50`, { body: 'a long story '.repeat(700) });
  await page.waitForFunction(
    (selector) => document.querySelector(selector)?.textContent?.startsWith('a long story'),
    { polling: 50 },
    `${row(50)} [data-testid="message-body"]`,
  );
  const high = await page.$eval(row(50), (line) => line.getBoundingClientRect().height);
  const view = await page.$eval(timeline, (log) => log.clientHeight);
  await cut(50, high - view + 60);
  const before = await top(50);
  await bo.ask('PUT', `${messages()}/50/reactions/${thumb}`);
  await page.waitForSelector(`${row(50)} [data-testid="reaction"]`);
  await stays(50, before);
});

test('nothing went wrong on the page', () => {
  assert.deepEqual(problems, []);
});
