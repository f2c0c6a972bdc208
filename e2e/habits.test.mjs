// What people are used to in every chat: days and times, where a room opens, how much is new, who comes and goes, a pencil where
// something is half written, and Enter under a thumb.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { newTab } from './lib/browser.mjs';
import { holds, type } from './lib/composing.mjs';
import { ana, bo, crew, cy, gus, harbour, roomOf, server, together } from './lib/crew.mjs';
import { chord, close, gone, opened, part, press, sees, seesNotice, settings, shows } from './lib/people.mjs';
import { run } from './lib/postgres.mjs';

/** @typedef {import('puppeteer-core').Page} Page */
/** @typedef {import('./lib/crew.mjs').Member} Member */

crew(() => together(harbour, 'harbour', ana, bo));

/** Says something, as often as the limit of sends wants it said. @param {Member} who @param {number} room @param {string} body */
async function post(who, room, body) {
  const message = { client_id: crypto.randomUUID(), body };
  for (;;) {
    const sent = await who
      .api('POST', `rooms/${room}/messages`, message)
      .catch((/** @type {Error} */ error) => error);
    if (!(sent instanceof Error)) return sent;
    if (!/answered 429/.test(sent.message)) throw sent;
    await pause(100);
  }
}

/** @param {number} room */
const link = (room) => `[data-testid="room-link"][data-room="${room}"]`;

test('days have their names, and who goes on within five minutes is not named again', async () => {
  const room = await roomOf(ana, 'diary', [bo]);
  for (const body of ['an old one', 'noon', 'four past', 'ten past', 'now']) await post(ana, room, body);
  await post(bo, room, 'me too');
  const day = (/** @type {number} */ back, /** @type {number} */ minute) => {
    const at = new Date();
    at.setDate(at.getDate() - back);
    at.setHours(12, minute, 0, 0);
    return at;
  };
  const times = [day(400, 0), day(1, 0), day(1, 4), day(1, 10)];
  await run(
    server,
    times
      .map(
        (at, n) =>
          `update messages set created_at = '${at.toISOString()}' where room_id = ${room} and number = ${n + 1}`,
      )
      .join(';'),
  );
  const { page } = bo;
  await page.reload(); // which knows the room
  await page.locator(link(room)).click();
  await sees(page, 'me too');
  const lines = await page.$$eval('[data-testid="day"], [data-testid="message"]', (found) =>
    found.map((e) =>
      e.matches('[data-testid="day"]')
        ? `— ${e.textContent}`
        : `${e.querySelector('button.message-author')?.textContent ?? ''}: ${e.querySelector('[data-testid="message-body"]')?.textContent}`,
    ),
  );
  const [old, , fourPast] = times;
  assert.ok(old && fourPast);
  assert.match(lines[0] ?? '', new RegExp(`^— .*${old.getFullYear()}`));
  assert.deepEqual(lines.slice(1), [
    'ana: an old one',
    '— Yesterday',
    'ana: noon',
    ': four past',
    'ana: ten past',
    '— Today',
    'ana: now',
    'bo: me too',
  ]);
  const time = await page.$eval('[data-number="3"] time', (e) => [e.getAttribute('datetime'), e.title]);
  assert.equal(time[0], fourPast.toISOString());
  assert.match(time[1] ?? '', new RegExp(`${fourPast.getFullYear()}.*12:04`));
});

test('a room opens where the unread begins, and says how much is below', async () => {
  const room = await roomOf(ana, 'queue', [bo]);
  for (let n = 1; n <= 45; n++) await post(ana, room, `line ${n}\n\nand more`);
  await bo.api('PUT', `rooms/${room}/read`, { number: 5 });
  const { page } = bo;
  await page.reload();
  await page.locator(link(room)).click();
  await opened(page, 'queue');
  await part(page, 'unread-divider');
  const after = await page.$eval('[data-testid="unread-divider"]', (e) =>
    e.nextElementSibling?.getAttribute('data-number'),
  );
  assert.equal(after, '6');
  await page.waitForFunction(() => {
    const { top = 0 } =
      document.querySelector('[data-testid="unread-divider"]')?.getBoundingClientRect() ?? {};
    return top > 0 && top < innerHeight / 2;
  });
  await shows(page, 'jump-to-newest', /^40 new messages$/);
  await post(ana, room, 'one more');
  await shows(page, 'jump-to-newest', /^41 new messages$/);
  await press(page, 'jump-to-newest');
  await gone(page, 'jump-to-newest');
  await page.waitForSelector(`${link(room)}[data-unread="0"]`);
  // It stays until the room is left.
  await part(page, 'unread-divider');
  await page.locator(link(harbour)).click();
  await opened(page, 'harbour');
  await page.locator(link(room)).click();
  await sees(page, 'one more');
  assert.equal(await page.$('[data-testid="unread-divider"]'), null);
});

test('who comes and goes is told in one small line, each in one, or not at all', async () => {
  const room = await roomOf(ana, 'gate', [bo]);
  const { page } = bo;
  await page.locator(link(room)).click();
  await opened(page, 'gate');
  await part(page, 'composer');
  for (const { id } of [cy, gus]) await ana.api('POST', `rooms/${room}/members`, { user_id: id });
  await seesNotice(page, /cy and gus/);
  const count = () =>
    page.$$eval('[data-testid="notice"]', (found) => found.map((e) => e.getAttribute('data-count')));
  assert.deepEqual(await count(), ['2']);
  await page.locator('[data-testid="notice"] summary').click();
  assert.equal(await page.$$eval('[data-testid="notice"] details[open] li', (found) => found.length), 2);
  /** @param {string} choice @param {string[]} wanted */
  const choose = async (choice, wanted) => {
    await settings(page, 'notices');
    await page.locator(`[data-testid="section-notices"] [value="${choice}"]`).click();
    await close(page);
    await page.waitForFunction(
      (lines) =>
        [...document.querySelectorAll('[data-testid="notice"]')]
          .map((e) => e.getAttribute('data-count'))
          .join() === lines,
      {},
      wanted.join(),
    );
  };
  await choose('show', ['1', '1']);
  await choose('hide', []);
  await choose('condense', ['2']);
});

test('a room in which something is half written has a pencil, once one is elsewhere', async () => {
  const { page } = bo;
  await page.locator(link(harbour)).click();
  await opened(page, 'harbour');
  await type(page, 'half a');
  const quay = await roomOf(bo, 'quay', []);
  await page.locator(link(quay)).click();
  await opened(page, 'quay');
  const pencil = await page.waitForSelector(`${link(harbour)} [aria-label="Unsent draft"]`, {
    visible: true,
  });
  await page.locator(link(harbour)).click();
  await holds(page, 'half a');
  await type(page, '');
  await page.locator(link(quay)).click();
  await opened(page, 'quay');
  await page.waitForSelector(`${link(harbour)} [aria-label="Unsent draft"]`, { hidden: true });
  await pencil?.dispose();
});

test('who is writing is named, one or two of them; more are several', async () => {
  await together(harbour, 'harbour', ana, bo, cy, gus);
  /** They press keys until it is shown: a single key counts for some seconds only. @param {RegExp} wanted @param {Member[]} people */
  const shownWhile = async (wanted, ...people) => {
    let over = false;
    const shown = shows(ana.page, 'typing', wanted, 30_000).finally(() => {
      over = true;
    });
    while (!over) for (const { page } of people) await page.keyboard.type('m', { delay: 50 });
    await shown;
  };
  for (const { page } of [bo, cy, gus]) await type(page, '');
  await shownWhile(/^.?bo.? is typing…$/, bo);
  await shownWhile(/^.?(bo.? and .?cy|cy.? and .?bo).? are typing…$/, bo, cy);
  await shownWhile(/^Several people are typing…$/, bo, cy, gus);
  await shows(ana.page, 'typing', /^$/, 30_000);
  for (const { page } of [bo, cy, gus]) await type(page, '');
});

test('the switcher offers the rooms where one was last, before anything is typed', async () => {
  const { page } = bo;
  for (const [room, name] of /** @type {const} */ ([
    [harbour, 'harbour'],
    [await roomOf(bo, 'pier', []), 'pier'],
  ])) {
    await page.locator(link(room)).click();
    await opened(page, name);
  }
  await page.locator(link(harbour)).click();
  await opened(page, 'harbour');
  await chord(page, 'Control', 'k');
  await part(page, 'switcher');
  await page.waitForFunction(() =>
    document.querySelector('[data-testid="switcher"] [role="option"]')?.textContent?.includes('pier'),
  );
  await close(page);
});

test('under a thumb Enter is a new line, the button sends, and no keyboard jumps up by itself', async () => {
  const { page } = await newTab(bo.context, { width: 390, height: 844 });
  await page.emulate({
    viewport: { width: 390, height: 844, isMobile: true, hasTouch: true },
    userAgent: await page.browser().userAgent(),
  });
  await page.goto(`${server.url}/rooms/${harbour}`);
  await part(page, 'composer');
  await part(page, 'timeline');
  assert.equal(
    await page.evaluate(() => document.activeElement?.getAttribute('data-testid') ?? 'none'),
    'none',
  );
  await page.locator('[data-testid="composer"]').click();
  await page.keyboard.type('one');
  await page.keyboard.press('Enter');
  await page.keyboard.type('two');
  await holds(page, 'one\ntwo');
  await press(page, 'send');
  await holds(page, '');
  await sees(ana.page, 'one\ntwo');
  assert.deepEqual(ana.problems, []);
  await page.close();
});
