// Who does not look is alerted: title, favicon, and one notification for each conversation in the whole browser, gone when it is read.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { apiOf, gather, roomOf } from './lib/crew.mjs';
import { launchChromium, newTab } from './lib/browser.mjs';
import { hasParts } from './lib/parts.mjs';
import { close, isThere, listensBy, open, opened, press, settings, shows } from './lib/people.mjs';
import { Server } from './lib/server.mjs';

/** @typedef {import('puppeteer-core').Page} Page */
/** @typedef {import('./lib/crew.mjs').Member} Member */

const server = new Server();
/** @type {import('puppeteer-core').Browser} */ let browser;
/** @type {Member} */ let ana;
/** @type {Member} */ let bo;
/** @type {Member} */ let cy;
/** @type {number} */ let harbour;
/** @type {number} */ let quay;
/** @type {number} */ let talk;
/** Another tab of Ana's, which has no connection of its own. @type {Page} */ let second;

/** Notes the notifications that a page shows and closes, in place of showing them. */
function record() {
  /** @type {any[]} */ const log = [];
  class Recorded extends EventTarget {
    static permission = 'granted';
    static requestPermission = async () => 'granted';
    /** @param {string} title @param {NotificationOptions} options */
    constructor(title, options) {
      super();
      this.entry = { title, ...options, open: true, click: () => this.dispatchEvent(new Event('click')) };
      // The machine shows one of a tag.
      for (const one of log) if (one.tag === options.tag) one.open = false;
      log.push(this.entry);
    }
    close() {
      this.entry.open = false;
    }
  }
  Object.assign(window, { Notification: Recorded, notificationLog: log });
  /** @type {any} */ const navigator = window.navigator;
  /** @type {any} */ const shown = { badge: 0 };
  Object.assign(window, { shownBadge: shown });
  navigator.setAppBadge = async (/** @type {number} */ n) => {
    shown.badge = n;
  };
  navigator.clearAppBadge = async () => {
    shown.badge = 0;
  };
}

/** What the machine shows because of a page. @param {Page} page @returns {Promise<{title: string, body: string, tag: string}[]>} */
const shown = (page) =>
  page.evaluate(() =>
    /** @type {any} */ (window).notificationLog
      .filter((/** @type {any} */ one) => one.open)
      .map((/** @type {any} */ { title, body, tag }) => ({ title, body, tag })),
  );

/** How many were shown in all. @param {Page} page @returns {Promise<number>} */
const made = (page) => page.evaluate(() => /** @type {any} */ (window).notificationLog.length);

/** Waits until a page shows these bodies. @param {Page} page @param {string[]} bodies */
const showsBodies = (page, ...bodies) =>
  page.waitForFunction(
    (wanted) => {
      const open = /** @type {any} */ (window).notificationLog.filter((/** @type {any} */ one) => one.open);
      return JSON.stringify(open.map((/** @type {any} */ one) => one.body).sort()) === wanted;
    },
    { polling: 50 },
    JSON.stringify(bodies.sort()),
  );

/** @param {Member} who @param {number} room @param {string} body @param {{thread?: number}} [more] @returns {Promise<any>} */
const writes = (who, room, body, more = {}) =>
  who.api('POST', `rooms/${room}/messages`, { client_id: crypto.randomUUID(), body, ...more });

/** On another device Ana reads all that is in a room. @param {Page} page @param {number} room */
async function reads(page, room) {
  const { last_number: number } = await ana.api('GET', `rooms/${room}`);
  await ana.api('PUT', `rooms/${room}/read`, { number });
  await isQuiet(page, room);
}

/** Waits until nothing of a room is shown as unread. @param {Page} page @param {number} room */
const isQuiet = (page, room) =>
  isThere(
    page,
    `[data-testid="room-link"][data-room="${room}"][data-bold="false"][data-unread="0"]:not(:has([data-testid="unread"]))`,
  );

/** Whether somebody looks at a tab; in a headless browser every tab says so of itself. @param {Page} page @param {boolean} looks */
async function looks(page, looks) {
  await page.evaluate((/** @type {boolean} */ looks) => {
    document.hasFocus = () => looks;
    dispatchEvent(new Event(looks ? 'focus' : 'blur'));
  }, looks);
}

before(async () => {
  await server.start();
  browser = await launchChromium();
  ({ ana, bo, cy, harbour } = await gather(server, browser));
  quay = await roomOf(bo, 'quay', [ana]);
  ({ id: talk } = await bo.api('POST', 'direct', { user_ids: [ana.id] }));
  await ana.page.evaluateOnNewDocument(record);
  await ana.page.goto(`${server.url}/rooms/${harbour}`);
  await opened(ana.page, 'harbour');
  await listensBy(ana.page, 'iframe');
  await hasParts(ana.page, ['start']); // the alerts; a hidden page loads them late
  second = (await newTab(ana.context)).page;
  await second.evaluateOnNewDocument(record);
  await second.goto(`${server.url}/rooms/${harbour}`);
  await opened(second, 'harbour');
  await second.waitForSelector(
    '[data-testid="connection-state"][data-phase="listening"][data-shared="true"]',
  );
  await looks(ana.page, false);
  await looks(second, false);
});

after(async () => {
  await browser?.close();
  await server.dispose();
});

test('a direct message shows one notification in the whole browser, with who wrote and without spoilers', async () => {
  await writes(bo, talk, 'the end is ||sad||');
  await showsBodies(ana.page, 'the end is ▒▒▒');
  assert.deepEqual(
    (await shown(ana.page)).map(({ title }) => title),
    ['bo'],
  );
  await writes(bo, talk, 'and **long**');
  await showsBodies(ana.page, 'and long');
  assert.equal(await made(second), 0, 'the other tab shows none');
  assert.equal((await shown(ana.page)).length, 1);
});

test('title, favicon and the badge of the application tell of it in every tab', async () => {
  for (const page of [ana.page, second]) {
    await page.waitForFunction(() => document.title.startsWith('(2) harbour · Ubuntu help'), {
      polling: 50,
    });
    await page.waitForSelector('link[rel="icon"][href*="unread"]');
    await page.waitForFunction(() => /** @type {any} */ (window).shownBadge.badge === 2, { polling: 50 });
  }
});

test('a mention shows one beside it, with the room; other messages show none', async () => {
  await writes(bo, quay, 'for everybody');
  await writes(bo, quay, 'look, @ana');
  await showsBodies(ana.page, 'and long', 'look, @ana');
  assert.ok((await shown(ana.page)).some(({ title }) => title === 'bo in #quay'));
});

test('what is read on another device is shown no longer', async () => {
  const { number } = (await ana.api('GET', `rooms/${talk}/messages?limit=1`)).messages[0];
  await ana.api('PUT', `rooms/${talk}/read`, { number });
  await showsBodies(ana.page, 'look, @ana');
});

test('what is read in another tab is shown no longer, and the room that is looked at there alerts nobody', async () => {
  await looks(second, true);
  await open(second, 'quay');
  await showsBodies(ana.page);
  const before = await made(ana.page);
  await writes(bo, quay, 'you see this, @ana');
  await second.waitForSelector('[data-testid="message"] ::-p-text(you see this)');
  await looks(second, false);
  // What comes later is shown, so what came before would have been.
  await writes(bo, talk, 'are you gone?');
  await showsBodies(ana.page, 'are you gone?');
  assert.equal(await made(ana.page), before + 1);
});

test('a click leads to the room', async () => {
  await ana.page.bringToFront();
  await ana.page.evaluate(() => /** @type {any} */ (window).notificationLog.at(-1).click());
  await opened(ana.page, 'bo');
  await looks(ana.page, true);
  await showsBodies(ana.page);
  await ana.page.waitForFunction(() => !document.title.startsWith('('), { polling: 50 });
  await looks(ana.page, false);
  await open(ana.page, 'harbour');
});

test('what blocked people write alerts nobody and counts nowhere', async () => {
  const { page } = ana;
  const { id: theirs } = await cy.api('POST', 'direct', { user_ids: [ana.id] });
  const { number: root } = await writes(ana, harbour, 'Who is in the harbour?');
  await page.waitForSelector(`[data-testid="room-link"][data-room="${theirs}"]`);
  for (const room of [harbour, quay, talk]) await reads(page, room);
  await second.bringToFront();
  await open(second, 'harbour');
  await writes(cy, harbour, 'good morning');
  for (const one of [page, second])
    await one.waitForSelector('[data-testid="message"] ::-p-text(good morning)');
  await ana.api('PUT', `me/blocks/${cy.id}`);
  for (const one of [page, second]) await one.waitForSelector('[data-testid="blocked-line"]');
  await reads(page, harbour);
  const before = await made(page);
  await writes(cy, theirs, 'can you hear me?');
  await writes(cy, harbour, 'hello @ana');
  await writes(cy, harbour, 'I am, @ana', { thread: root });
  // What comes later is shown, so what came before would have been.
  const { number } = await writes(bo, talk, 'I can');
  await showsBodies(page, 'I can');
  assert.equal(await made(page), before + 1);
  for (const one of [page, second]) {
    await one.waitForFunction(() => document.title.startsWith('(1) '), { polling: 50 });
    for (const room of [theirs, harbour]) await isQuiet(one, room);
    assert.equal(await one.$('[data-testid="go-threads"] .badge'), null);
  }
  await ana.api('PUT', `rooms/${talk}/read`, { number });
  await showsBodies(page);
  for (const one of [page, second]) {
    await one.waitForFunction(() => !document.title.startsWith('('), { polling: 50 });
    await isThere(one, 'link[rel="icon"]:not([href*="unread"])');
    await one.waitForFunction(() => /** @type {any} */ (window).shownBadge.badge === 0, { polling: 50 });
  }
  await ana.api('DELETE', `me/blocks/${cy.id}`);
  await page.waitForSelector(`[data-room="${theirs}"][data-unread="1"]`);
  for (const room of [harbour, theirs]) await reads(page, room);
});

test('silenced rooms and do not disturb alert nobody', async () => {
  const api = await apiOf(server, ana);
  const before = await made(ana.page);
  await api('PATCH', `rooms/${quay}/settings`, { silenced_until: 'always' });
  await ana.page.waitForSelector(`[data-room="${quay}"][data-dim="true"]`);
  await writes(bo, quay, 'psst, @ana');
  await ana.page.waitForSelector(`[data-room="${quay}"][data-dim="true"] [data-count="1"]`);
  await api('PATCH', `rooms/${quay}/settings`, { silenced_until: '' });
  await api('PATCH', 'me', { presence: { choice: 'do-not-disturb', until: null } });
  await ana.page.waitForSelector('.user-bar [data-state="do-not-disturb"]');
  await writes(bo, talk, 'busy?');
  await ana.page.waitForSelector(`[data-room="${talk}"][data-unread="1"]`);
  await api('PATCH', 'me', { presence: { choice: 'automatic', until: null } });
  await ana.page.waitForSelector('.user-bar [data-state="online"]');
  await writes(bo, talk, 'back?');
  await showsBodies(ana.page, 'back?');
  assert.equal(await made(ana.page), before + 1);
});

test('the settings have the words left out, alert of all messages or of none, for this browser', async () => {
  const { page } = ana;
  await settings(page, 'notifications');
  await page.waitForSelector('[data-testid="permission"][data-state="granted"]');
  await page.locator('[data-testid="alert-preview-switch"]').click();
  await page.locator('[data-testid="alerts-setting"] input[value="all"]').click();
  await close(page);
  await looks(page, false);
  await writes(bo, harbour, 'for all');
  await writes(bo, quay, 'for all');
  await page.waitForFunction(
    () =>
      /** @type {any} */ (window).notificationLog.some(
        (/** @type {any} */ one) => one.open && one.title === 'bo in #quay' && one.body === 'New message',
      ),
    { polling: 50 },
  );
  await settings(page, 'notifications');
  await page.locator('[data-testid="alerts-setting"] input[value="off"]').click();
  await close(page);
  await looks(page, false);
  const before = await made(page);
  await writes(bo, talk, 'nobody hears this');
  await page.waitForFunction(
    (room) => Number(document.querySelector(`[data-room="${room}"]`)?.getAttribute('data-unread')) >= 3,
    { polling: 50 },
    talk,
  );
  // Whether others learn of what I read is kept on the server.
  await settings(page, 'notifications');
  await page.locator('[data-testid="alerts-setting"] input[value="mentions"]').click();
  await page.locator('[data-testid="seen-by-switch"]').click();
  await page.waitForFunction(() => document.querySelector('[data-testid="seen-by-switch"]:not(:checked)'), {
    polling: 50,
  });
  await close(page);
  await looks(page, false);
  await writes(bo, talk, 'somebody hears this');
  await page.waitForFunction(
    (n) => /** @type {any} */ (window).notificationLog.length > n,
    { polling: 50 },
    before,
  );
  assert.equal(await made(page), before + 1);
  assert.equal((await ana.api('GET', 'me')).seen_by, false);
});

test('where the browser asks or has been told no, the settings say so', async () => {
  const { page } = ana;
  for (const [state, words] of [
    ['default', /[Ww]hile the chat is open/],
    ['denied', /does not let this page/],
  ]) {
    await page.evaluate((state) => {
      /** @type {any} */ (window).Notification.permission = state;
    }, state);
    await settings(page, 'notifications');
    await page.waitForSelector(`[data-testid="permission"][data-state="${state}"]`);
    await shows(page, 'permission', /** @type {RegExp} */ (words));
    await close(page);
  }
  await page.evaluate(() => {
    /** @type {any} */ (window).Notification.permission = 'default';
    /** @type {any} */ (window).Notification.requestPermission = async () => {
      /** @type {any} */ (window).Notification.permission = 'granted';
    };
  });
  await settings(page, 'notifications');
  await press(page, 'allow-notifications');
  await page.waitForSelector('[data-testid="permission"][data-state="granted"]');
  await close(page);
});
