// A message and what can be done about it: its menu, and the ways back after a deletion, do not go away under
// somebody's hands.
import { drawn } from './lib/looks.mjs';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchChromium, newPerson } from './lib/browser.mjs';
import { gone, invite, part, press, say, sees, setUp, signUp } from './lib/people.mjs';
import { Server } from './lib/server.mjs';

/** @typedef {import('puppeteer-core').Page} Page */
/** @typedef {Awaited<ReturnType<typeof newPerson>>} Person */

const server = new Server();
/** @type {import('puppeteer-core').Browser} */ let browser;
/** @type {Person} */ let ana;
/** @type {Person} */ let bo;

before(async () => {
  await server.start();
  browser = await launchChromium();
  [ana, bo] = await Promise.all([newPerson(browser, { height: 600 }), newPerson(browser, { height: 600 })]);
  await setUp(ana.page, server.url, { name: 'ana' });
  await signUp(bo.page, await invite(ana.page), 'bo');
  await write(bo.page, 1, 20);
  await sees(ana.page, 'line 20');
});

after(async () => {
  await browser?.close();
  await server.dispose();
});

/** Writes numbered lines in the room that is open, past the page. @param {Page} page @param {number} from @param {number} to */
async function write(page, from, to) {
  const bodies = Array.from({ length: to - from + 1 }, (_, i) => `line ${from + i}`);
  const states = await page.evaluate(async (texts) => {
    const room = location.pathname.split('/').at(-1);
    const answers = [];
    for (const body of texts) {
      const init = {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ client_id: crypto.randomUUID(), body }),
      };
      answers.push((await fetch(`/api/v1/rooms/${room}/messages`, init)).status);
    }
    return answers;
  }, bodies);
  assert.ok(states.every((status) => status === 201));
}

/** The selector of the menu button of the message with a text. @param {Page} page @param {string} text */
async function menuOf(page, text) {
  await sees(page, text);
  const number = await page.$$eval(
    '[data-testid="message"][data-number]',
    (rows, wanted) =>
      rows
        .findLast((row) => row.querySelector('[data-testid="message-body"]')?.textContent === wanted)
        ?.getAttribute('data-number'),
    text,
  );
  return `[data-number="${number}"] [data-testid="message-menu"]`;
}

/** Opens the menu of a message with the keyboard. @param {Page} page @param {string} text */
async function openMenu(page, text) {
  await page.bringToFront();
  const button = await menuOf(page, text);
  // A key before it says that the keyboard is in use.
  await page.keyboard.press('Tab');
  await page.focus(button);
  await page.keyboard.press('Enter');
  await page.waitForSelector('[role="menu"] :focus');
  return button;
}

/** Chooses deleting in the menu that is open, with the keyboard. @param {Page} page */
async function chooseDelete(page) {
  await page.waitForSelector('[data-testid="delete-message"]');
  for (let i = 0; i < 30 && !(await page.$('[data-testid="delete-message"]:focus')); i++)
    await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
}

/** What has the focus: its hook, and the text of the message around it. @param {Page} page */
const focus = (page) =>
  page.evaluate(() => {
    const row = document.activeElement?.closest('[data-testid="message"]');
    return [
      document.activeElement?.getAttribute('data-testid') ?? document.activeElement?.tagName,
      row?.querySelector('[data-testid="message-body"]')?.textContent ?? null,
    ];
  });

/** Waits until something has the focus. @param {Page} page @param {string} id */
const hasFocus = (page, id) => page.waitForSelector(`[data-testid="${id}"]:focus`);

/** Waits until the timeline is at its end. @param {Page} page */
const atTheEnd = (page) =>
  page.waitForFunction(() => {
    const view = document.querySelector('[data-testid="timeline"]');
    return view && view.scrollHeight - view.scrollTop - view.clientHeight < 2;
  });

/** Where the menu and its button are. @param {Page} page @param {string} button */
const places = (page, button) =>
  page.evaluate((selector) => {
    const of = (/** @type {string} */ one) => {
      const { left, right, top, bottom } = document.querySelector(one)?.getBoundingClientRect() ?? {};
      return { left: left ?? 0, right: right ?? 0, top: top ?? 0, bottom: bottom ?? 0 };
    };
    return { menu: of('[role="menu"]'), button: of(selector), width: innerWidth, height: innerHeight };
  }, button);

test('the menu of a message stays where it is while messages come, and the view goes on afterwards', async () => {
  const { page } = ana;
  const button = await openMenu(page, 'line 20');
  const before = await places(page, button);
  const chosen = await focus(page);
  await write(bo.page, 21, 26);
  await sees(page, 'line 26');
  assert.deepEqual(await places(page, button), before);
  assert.deepEqual(await focus(page), chosen);
  await part(page, 'jump-to-newest');
  await page.keyboard.press('Escape');
  assert.deepEqual(await focus(page), ['message-menu', 'line 20']);
  await atTheEnd(page);
  await gone(page, 'jump-to-newest');
  await write(bo.page, 27, 27);
  await sees(page, 'line 27');
  await atTheEnd(page);
});

test('the menu of a message moves along with its button, and gives the focus back when that is out of sight', async () => {
  const { page } = ana;
  // High enough for the whole menu above the button: else it stays at the edge of the window.
  await page.bringToFront();
  await page.setViewport({ width: 1440, height: 900 });
  await atTheEnd(page);
  const button = await openMenu(page, 'line 26');
  const scroll = (/** @type {number} */ by) =>
    page.evaluate((way) => document.querySelector('[data-testid="timeline"]')?.scrollBy(0, way), by);
  const before = await places(page, button);
  await scroll(-20);
  await page.waitForFunction(
    (top) => Math.abs((document.querySelector('[role="menu"]')?.getBoundingClientRect().top ?? 0) - top) < 1,
    {},
    before.menu.top + 20,
  );
  await scroll(-10_000);
  await page.waitForSelector('[role="menu"]', { hidden: true });
  assert.deepEqual(await focus(page), ['message-menu', 'line 26']);
  await page.evaluate(() => document.querySelector('[data-testid="timeline"]')?.scrollTo(0, 1_000_000));
  // The page takes note of it with the next frame; before that a change of size would lead back.
  await gone(page, 'jump-to-newest');
  await page.setViewport({ width: 1440, height: 600 });
  await atTheEnd(page);
});

test('the menu of a message ends where its button ends, and keeps away from the edges', async () => {
  const { page } = ana;
  for (const width of [1440, 320]) {
    await page.setViewport({ width, height: 600 });
    await drawn(page);
    await atTheEnd(page);
    const button = await openMenu(page, 'line 27');
    const { menu, ...around } = await places(page, button);
    assert.ok(menu.left >= 8 && menu.right <= around.width - 8, `${JSON.stringify(menu)} at ${width}`);
    assert.ok(menu.top >= 8 && menu.bottom <= around.height - 8, `${JSON.stringify(menu)} at ${width}`);
    const aligned = Math.abs(menu.right - around.button.right) < 1;
    assert.ok(aligned || menu.left === 8, `${JSON.stringify({ menu, ...around })}`);
    await page.keyboard.press('Escape');
  }
  await page.setViewport({ width: 1440, height: 600 });
  await atTheEnd(page);
});

test('after a deletion the keyboard goes on with the next message, and after the last with the composer', async () => {
  const { page } = ana;
  await openMenu(page, 'line 26');
  await chooseDelete(page);
  await page.waitForSelector('[data-testid="message-menu"]:focus');
  await page.waitForFunction(
    () =>
      document.activeElement?.closest('[data-testid="message"]')?.textContent?.includes('line 27') ?? false,
  );
  await openMenu(page, 'line 27');
  await chooseDelete(page);
  await hasFocus(page, 'composer');
});

test('who deleted an own message can take it back where it stood', async () => {
  const { page } = bo;
  await page.bringToFront();
  await say(page, 'precious words');
  await openMenu(page, 'precious words');
  await chooseDelete(page);
  await part(page, 'own-deleted');
  assert.equal(await ana.page.$('[data-testid="own-deleted"]'), null);
  await press(page, 'undo-own');
  await sees(page, 'precious words');
  await sees(ana.page, 'precious words');
  await gone(page, 'own-deleted');
  await hasFocus(page, 'composer');
});

/** Deletes the last own message without the focus of the window. @param {Page} page */
async function deleteLast(page) {
  await page.$$eval('[data-testid="message-menu"]', (found) => {
    const last = found.at(-1);
    if (last instanceof HTMLElement) last.click();
  });
  await page.waitForSelector('[data-testid="delete-message"]');
  await page.$eval(
    '[data-testid="delete-message"]',
    (entry) => entry instanceof HTMLElement && entry.click(),
  );
}

test('a way back waits for the focus, and comes again when it fails', async () => {
  const { page } = ana;
  await say(bo.page, 'a clock');
  await sees(page, 'a clock');
  await openMenu(page, 'line 25');
  await chooseDelete(page);
  await page.waitForFunction(
    () =>
      ![...document.querySelectorAll('[data-testid="message-body"]')].some(
        (e) => e.textContent === 'line 25',
      ),
  );
  const undo = '[data-testid="toasts"] > :last-child [data-testid="toast-action"]';
  await page.waitForSelector(undo);
  await page.focus(undo);
  // One that comes later and that nobody waits for goes first.
  await deleteLast(bo.page);
  await part(bo.page, 'toast-action');
  await gone(bo.page, 'toast-action');
  assert.deepEqual(await focus(page), ['toast-action', null]);

  let fails = true;
  await page.setRequestInterception(true);
  const pass = (/** @type {import('puppeteer-core').HTTPRequest} */ request) => {
    if (fails && /\/deletions\/\d+$/.test(request.url())) void request.abort('connectionreset');
    else void request.continue();
  };
  page.on('request', pass);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.toast[data-bad="true"] [data-testid="toast-action"]');
  fails = false;
  await page.focus('.toast[data-bad="true"] [data-testid="toast-action"]');
  await page.keyboard.press('Enter');
  await sees(page, 'line 25');
  page.off('request', pass);
  await page.setRequestInterception(false);
});

test('the time of a message does not run into its text where the clock has twelve hours', async () => {
  const { page } = ana;
  const row = '[data-testid="message"][data-head="false"]';
  const { time, end, begin, start } = await page.$eval(row, (line) => {
    const at = line.querySelector('time');
    const body = line.querySelector('[data-testid="message-body"]');
    const words = document.createRange();
    if (at) words.selectNodeContents(at);
    const { left, right } = words.getBoundingClientRect();
    return {
      time: at?.textContent ?? '',
      start: left,
      end: right,
      begin: body?.getBoundingClientRect().left ?? 0,
    };
  });
  assert.match(time, /[AP]M$/);
  const room = await page.$eval('[data-testid="timeline"]', (view) => view.getBoundingClientRect().left);
  assert.ok(end < begin && start >= room, JSON.stringify({ time, start, end, begin, room }));
});

test('nothing went wrong on any page', () => {
  assert.deepEqual([...ana.problems, ...bo.problems], []);
});
