// What is pressed just after a change of room was meant for the other one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ana, crew, harbour, roomOf } from './lib/crew.mjs';
import { opened, part, sees } from './lib/people.mjs';

const field = '[data-testid="composer"]';

/** @type {number} */ let quay;

crew(async () => {
  quay = await roomOf(ana, 'quay', []);
  await ana.page.reload();
  await part(ana.page, 'composer');
});

/** @param {number} room */
const link = (room) => `[data-testid="room-link"][data-room="${room}"]`;

test('Enter does not send within half a second of a change of room, and does after it', async () => {
  const { page } = ana;
  await page.locator(link(harbour)).click();
  await opened(page, 'harbour');
  // The clock stands still: however slow the machine is, no time passes after the change of room.
  await page.evaluate(() => {
    const real = Date.now.bind(Date);
    const stopped = real();
    Object.assign(window, { late: 0 });
    Date.now = () => stopped + /** @type {any} */ (window).late;
  });
  await page.locator(link(quay)).click();
  await opened(page, 'quay');
  await page.focus(field);
  await page.keyboard.type('not for here');
  await page.keyboard.press('Enter');
  await page.evaluate(() => Object.assign(window, { late: 499 }));
  await page.keyboard.press('Enter');
  assert.equal(await page.$eval(field, (e) => /** @type {HTMLTextAreaElement} */ (e).value), 'not for here');
  await page.evaluate(() => Object.assign(window, { late: 501 }));
  await page.keyboard.press('Enter');
  await sees(page, 'not for here');
  assert.deepEqual(ana.problems, []);
});
