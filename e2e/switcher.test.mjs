// Moving around by the keyboard: the switcher, the shortcuts between rooms, and the list of them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ana, bo, crew, cy, harbour, roomOf } from './lib/crew.mjs';
import { inspect } from './lib/looks.mjs';
import { gone, opened, part } from './lib/people.mjs';

/** @type {number} */ let quay;

crew(async () => {
  quay = await roomOf(bo, 'quay', [ana]);
  await roomOf(cy, 'lighthouse', []);
  await ana.page.locator(`[data-testid="room-link"][data-room="${harbour}"]`).click();
  await opened(ana.page, 'harbour');
});

/** Presses keys together. @param {...import('puppeteer-core').KeyInput} keys */
async function together(...keys) {
  const { keyboard } = ana.page;
  const last = keys.pop();
  for (const key of keys) await keyboard.down(key);
  if (last) await keyboard.press(last);
  for (const key of keys.reverse()) await keyboard.up(key);
}

/** What the switcher offers, in its order. */
const offered = () =>
  ana.page.$$eval('[data-testid="destination"] .pick-name', (all) => all.map((one) => one.textContent));

test('Ctrl+K offers the unread first, and a few letters and Enter lead there', async () => {
  const { page } = ana;
  await bo.api('POST', `rooms/${quay}/messages`, { client_id: crypto.randomUUID(), body: 'hello @ana' });
  await page.waitForSelector(`[data-room="${quay}"][data-bold="true"]`);
  await together('Control', 'k');
  await page.waitForSelector('[data-testid="switcher-search"]:focus');
  await page.waitForSelector('[data-testid="destination"]');
  assert.equal((await offered())[0], 'quay');
  await inspect(page, 'switcher');
  await page.keyboard.type('qy');
  await page.waitForFunction(() => document.querySelectorAll('[data-testid="destination"]').length === 1);
  await page.keyboard.press('Enter');
  await opened(page, 'quay');
  await gone(page, 'switcher');
});

test('it finds people and public rooms that one is not in, and Esc closes it', async () => {
  const { page } = ana;
  await together('Control', 'k');
  await page.waitForSelector('[data-testid="switcher-search"]:focus');
  await page.keyboard.type('lightho');
  await page.waitForSelector('[data-testid="destination"][data-kind="public"]');
  await page.keyboard.press('Escape');
  await gone(page, 'switcher');
  await together('Control', 'k');
  await page.waitForSelector('[data-testid="switcher-search"]:focus');
  await page.keyboard.type('cy');
  await page.waitForSelector('[data-testid="destination"][data-kind="person"]');
  await page.keyboard.press('Enter');
  await opened(page, 'cy');
});

test('Alt and arrows go from room to room, with Shift to the unread ones', async () => {
  const { page } = ana;
  await bo.api('POST', `rooms/${quay}/messages`, { client_id: crypto.randomUUID(), body: 'again' });
  await page.waitForSelector(`[data-room="${quay}"][data-bold="true"]`);
  await together('Alt', 'Shift', 'ArrowUp');
  await opened(page, 'quay');
  await together('Alt', 'ArrowUp');
  await opened(page, 'harbour');
  await together('Alt', 'ArrowDown');
  await opened(page, 'quay');
});

test('the list of shortcuts is opened by Ctrl+/ and shows all of them', async () => {
  const { page } = ana;
  await together('Control', '/');
  await part(page, 'shortcuts-dialog');
  await page.waitForSelector('[data-shortcut="switcher"] ::-p-text(Ctrl)');
  await inspect(page, 'shortcuts');
  await page.keyboard.press('Escape');
  await gone(page, 'shortcuts-dialog');
});
