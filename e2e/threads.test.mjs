// Threads: two people answer beside the timeline, follow, read, and come back by address and by keyboard.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchChromium, newPerson, picture } from './lib/browser.mjs';
import { inspect } from './lib/looks.mjs';
import { gone, invite, part, press, say, sees, setUp, signUp } from './lib/people.mjs';
import { Server } from './lib/server.mjs';

/** @typedef {import('puppeteer-core').Page} Page */
/** @typedef {Awaited<ReturnType<typeof newPerson>>} Person */

const server = new Server();
/** @type {import('puppeteer-core').Browser} */ let browser;
/** @type {Person} */ let ana;
/** @type {Person} */ let bo;
/** The address of the room. */
/** @type {string} */ let room;

/** The rows of the thread that is open. */
const rows = '[data-testid="thread"] [data-testid="message"][data-number]';
const timelineRow = '[data-testid="timeline"] [data-testid="message"][data-number]';

before(async () => {
  await server.start();
  browser = await launchChromium();
  ana = await newPerson(browser);
  await setUp(ana.page, server.url, { name: 'ana' });
  const link = await invite(ana.page);
  bo = await newPerson(browser);
  await signUp(bo.page, link, 'bo');
  await say(ana.page, 'Who brings the cake?');
  await say(ana.page, 'And who the plates?');
  await sees(bo.page, 'And who the plates?');
  room = new URL(bo.page.url()).pathname;
});

after(async () => {
  await browser?.close();
  await server.dispose();
});

test('a reply stands in the thread, and below its root in the timeline only that it is there', async () => {
  await open(bo.page, 'Who brings the cake?');
  await reply(bo.page, 'I do.');
  await replied(bo.page, ['Who brings the cake?', 'I do.']);
  assert.equal(new URL(bo.page.url()).pathname, `${room}/thread/1`);
  await line(ana.page, 'Who brings the cake?', '1 reply');
  assert.deepEqual(await timeline(ana.page), ['Who brings the cake?', 'And who the plates?']);
});

test('who wrote the root follows the thread, and finds it unread in the list', async () => {
  await ana.page.bringToFront();
  await badge(ana.page, '1');
  await press(ana.page, 'go-threads');
  const entry = await part(ana.page, 'thread-entry');
  assert.match((await entry?.evaluate((e) => e.textContent)) ?? '', /Who brings the cake\?.*1 new/);
  await inspect(ana.page, 'threads-list');
  await press(ana.page, 'thread-entry');
  await replied(ana.page, ['Who brings the cake?', 'I do.']);
  await badge(ana.page, null);
});

test('an answer comes into the open thread of the other, and is read while they look', async () => {
  await ana.page.bringToFront();
  await reply(ana.page, 'Chocolate, please.');
  await bo.page.bringToFront();
  await replied(bo.page, ['Who brings the cake?', 'I do.', 'Chocolate, please.']);
  await badge(bo.page, null);
  await line(bo.page, 'Who brings the cake?', '2 replies');
});

test('looks the same in light and dark, large and small, and axe finds nothing', async () => {
  await inspect(bo.page, 'thread');
});

test('what is written in a thread waits there, and not in the room', async () => {
  const { page } = bo;
  await page.bringToFront();
  await page.locator('[data-testid="thread-composer"]').fill('With cherries');
  assert.equal(await page.$eval('[data-testid="composer"]', value), '');
  await press(page, 'close-thread');
  await gone(page, 'thread');
  await open(page, 'Who brings the cake?');
  await page.waitForFunction(
    () => {
      const field = document.querySelector('[data-testid="thread-composer"]');
      return field instanceof HTMLTextAreaElement && field.value === 'With cherries';
    },
    { polling: 'mutation' },
  );
  await page.focus('[data-testid="thread-composer"]');
  for (const _ of 'With cherries') await page.keyboard.press('Backspace');
});

test('following is mine to end and to begin', async () => {
  const { page } = bo;
  await page.bringToFront();
  const kept = page.waitForResponse((answer) => answer.request().method() === 'DELETE' && answer.ok());
  await press(page, 'follow-thread');
  await page.waitForSelector('[data-testid="follow-thread"][data-state="off"]');
  await kept;
  await page.reload();
  await page.waitForSelector('[data-testid="follow-thread"][data-state="off"]');
  await press(page, 'follow-thread');
  await page.waitForSelector('[data-testid="follow-thread"][data-state="on"]');
});

test('the address leads to the thread, the back button out of it', async () => {
  const { page } = ana;
  await page.bringToFront();
  await page.goto(`${server.url}${room}`);
  await part(page, 'composer');
  await open(page, 'Who brings the cake?');
  await page.evaluate(() => history.back());
  await gone(page, 'thread');
  assert.equal(new URL(page.url()).pathname, room);
  await page.evaluate(() => history.forward());
  await part(page, 'thread');
  await page.reload();
  await replied(page, ['Who brings the cake?', 'I do.', 'Chocolate, please.']);
  await page.goto(`${server.url}${room}/thread/999`);
  await part(page, 'thread-missing');
});

test('what was closed is not behind the back button', async () => {
  const { page } = ana;
  await page.goto(`${server.url}/unread`);
  await part(page, 'unread-header');
  await page.locator(`[data-testid="room-link"][href$="${room}"]`).click();
  await part(page, 'composer');
  await open(page, 'Who brings the cake?');
  await press(page, 'close-thread');
  await gone(page, 'thread');
  await page.waitForFunction((path) => location.pathname === path, {}, room);
  await page.evaluate(() => history.back());
  await part(page, 'unread-header');
});

test('by keyboard alone: into the thread from its root, Escape back to where it was', async () => {
  const { page } = ana;
  await page.bringToFront();
  await page.goto(`${server.url}${room}`);
  await part(page, 'thread-line');
  await page.focus(`${timelineRow}[data-number="1"]`);
  await page.keyboard.press('t');
  await part(page, 'thread');
  await focused(page, 'thread-composer');
  await page.keyboard.type('By keyboard.');
  await page.keyboard.press('Enter');
  await replied(page, ['Who brings the cake?', 'I do.', 'Chocolate, please.', 'By keyboard.']);
  await page.keyboard.press('Escape');
  await gone(page, 'thread');
  await page.waitForFunction(() => document.activeElement?.closest('[data-number="1"]') !== null, {
    polling: 50,
  });
});

test('an edit and a deletion of a reply show in the thread, and count', async () => {
  await bo.page.bringToFront();
  const messages = `${server.url}/api/v1${room}/messages`;
  await bo.page.evaluate(async (path) => {
    const answer = await fetch(`${path}/3`, {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ body: 'I do, on Friday.' }),
    });
    if (!answer.ok) throw new Error(`${answer.status}`);
  }, messages);
  await replied(bo.page, ['Who brings the cake?', 'I do, on Friday.', 'Chocolate, please.', 'By keyboard.']);
  await bo.page.evaluate(async (path) => {
    const answer = await fetch(`${path}/3`, { method: 'DELETE' });
    if (!answer.ok) throw new Error(`${answer.status}`);
  }, messages);
  await replied(bo.page, ['Who brings the cake?', 'Chocolate, please.', 'By keyboard.']);
  await line(bo.page, 'Who brings the cake?', '2 replies');
});

test('a thread whose root was deleted is there still, and can be opened', async () => {
  await ana.page.bringToFront();
  await ana.page.evaluate(async (path) => {
    await fetch(path, { method: 'DELETE' });
  }, `${server.url}/api/v1${room}/messages/1`);
  await bo.page.bringToFront();
  await bo.page.waitForSelector('[data-testid="thread"] [data-testid="gone-root"]');
  await press(bo.page, 'close-thread');
  await gone(bo.page, 'thread');
  await bo.page.locator('[data-testid="gone-root"] [data-testid="thread-line"]').click();
  await replied(bo.page, ['Chocolate, please.', 'By keyboard.']);
  await picture(bo.page, 'thread-root-deleted');
});

test('the link to a reply leads to it, however long the thread is', async () => {
  const { page } = ana;
  await page.bringToFront();
  const early = await page.evaluate(async (room) => {
    const ask = async (
      /** @type {string} */ method,
      /** @type {string} */ path,
      /** @type {object} */ body,
    ) => {
      const headers = { 'Content-Type': 'application/json' };
      const answer = await fetch(`/api/v1${path}`, { method, headers, body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(`${answer.status}`);
      return answer.json();
    };
    await ask('PATCH', '/workspace', { flood_messages: 1000, flood_seconds: 1 });
    const numbers = [];
    for (let n = 0; n < 90; n++) {
      const message = { client_id: crypto.randomUUID(), body: `plate ${n}`, thread: 2 };
      numbers.push((await ask('POST', `${room}/messages`, message)).number);
    }
    return numbers[4];
  }, room);
  const reply = `[data-testid="thread"] [data-testid="message"][data-number="${early}"]`;
  await page.goto(`${server.url}${room}/${early}`);
  await page.waitForSelector(`${reply}:focus`);
  assert.equal(new URL(page.url()).pathname, `${room}/thread/2`);
  const isInView = () =>
    page.waitForFunction(
      (selector) => {
        const row = document.querySelector(selector);
        const view = row?.closest('[role="log"]')?.getBoundingClientRect();
        const { top = 0, bottom = 0 } = row?.getBoundingClientRect() ?? {};
        return view !== undefined && top >= view.top && bottom <= view.bottom;
      },
      {},
      reply,
    );
  await isInView();
  await page.reload();
  await page.waitForSelector(`${reply}:focus`);
  await isInView();
  await ana.context.overridePermissions(server.url, ['clipboard-read', 'clipboard-write']);
  await page.hover(reply);
  await page.locator(`${reply} [data-testid="message-menu"]`).click();
  await page.locator('[role="menu"] [data-testid="copy-link-item"]').click();
  await page.waitForSelector('.toast:not([data-bad="true"])');
  await page.waitForFunction(
    async (link) => (await navigator.clipboard.readText()) === link,
    { polling: 100 },
    `${server.url}${room}/${early}`,
  );
});

test('on a phone the thread takes the place of the room', async () => {
  const { page } = bo;
  await page.bringToFront();
  await page.setViewport({ width: 390, height: 844, hasTouch: true, isMobile: true });
  await part(page, 'thread');
  assert.equal(await page.$eval('[data-testid="room-pane"]', (e) => getComputedStyle(e).display), 'none');
  await press(page, 'close-thread');
  await part(page, 'room-pane');
  await gone(page, 'thread');
  assert.deepEqual([...ana.problems, ...bo.problems], []);
});

/** @param {Element} field */
function value(field) {
  return field instanceof HTMLTextAreaElement ? field.value : null;
}

/** Opens the thread of a message from its bar. @param {Page} page @param {string} root */
async function open(page, root) {
  await page.bringToFront();
  await page.locator(`[data-testid="timeline"] ::-p-text(${root})`).hover();
  await page.locator('[data-testid="timeline"] [data-testid="bar-thread"]').click();
  await part(page, 'thread');
}

/** Writes in the thread that is open. @param {Page} page @param {string} text */
async function reply(page, text) {
  await page.locator('[data-testid="thread-composer"]').fill(text);
  await press(page, 'thread-send');
}

/** Waits until the thread shows these messages, all acknowledged, in this order. @param {Page} page @param {string[]} wanted */
async function replied(page, wanted) {
  await page.waitForFunction(
    (selector, texts) => {
      const shown = [...document.querySelectorAll(`${selector} [data-testid="message-body"]`)];
      return JSON.stringify(shown.map((e) => e.textContent?.trim())) === JSON.stringify(texts);
    },
    { polling: 100 },
    rows,
    wanted,
  );
}

/** Waits until the line below a root says how many replies there are. @param {Page} page @param {string} root @param {string} words */
async function line(page, root, words) {
  await page.waitForFunction(
    (selector, text, wanted) =>
      [...document.querySelectorAll(selector)].some(
        (row) =>
          row.textContent?.includes(text) &&
          row.querySelector('[data-testid="thread-line"]')?.textContent?.includes(wanted),
      ),
    { polling: 100 },
    timelineRow,
    root,
    words,
  );
}

/** Waits until the sidebar counts so many unread threads. @param {Page} page @param {string | null} wanted */
async function badge(page, wanted) {
  await page.waitForFunction(
    (text) =>
      (document.querySelector('[data-testid="go-threads"] .badge > [aria-hidden]')?.textContent ?? null) ===
      text,
    { polling: 100 },
    wanted,
  );
}

/** What the timeline shows. @param {Page} page @returns {Promise<(string | undefined)[]>} */
function timeline(page) {
  return page.$$eval(`${timelineRow} [data-testid="message-body"]`, (all) =>
    all.map((e) => e.textContent?.trim()),
  );
}

/** Waits until something has the focus. @param {Page} page @param {string} id */
async function focused(page, id) {
  await page.waitForFunction(
    (wanted) => document.activeElement?.getAttribute('data-testid') === wanted,
    { polling: 50 },
    id,
  );
}
