// Whom something was decided about learns it wherever they are: in all tabs, in the administration, on a narrow screen
// and after a reload. And what fails is told to those who decide, even when they look elsewhere by then.
import { drawn } from './lib/looks.mjs';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newTab } from './lib/browser.mjs';
import { ana, bo, crew, cy, gus, harbour, hears, onMessage, server, together } from './lib/crew.mjs';
import { gone, part, password, press, say, sees, shows, submit } from './lib/people.mjs';

/** @typedef {import('puppeteer-core').Page} Page */

crew(() => together(harbour, 'harbour', ana, bo, cy, gus));

/** @param {number} user */
const mutePath = (user) => `rooms/${harbour}/members/${user}/mute`;

/** Whether everything fits into the width of the screen. @param {Page} page */
const fits = (page) => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);

test('for how long somebody is muted does not hang on the clock of who does it', async () => {
  await say(cy.page, 'words in anger');
  await sees(bo.page, 'words in anger');
  await bo.page.evaluate(() => {
    const real = Date.now.bind(Date);
    Date.now = () => real() - 1_800_000;
  });
  await onMessage(bo.page, 'words in anger', 'mute-person');
  await part(bo.page, 'mute-form');
  await bo.page.select('[data-testid="mute-form"] [name="seconds"]', '600');
  await press(bo.page, 'mute-submit');
  await gone(bo.page, 'mute-dialog');
  const { mutes } = await bo.api('GET', `rooms/${harbour}/mutes`);
  const minutes = (Date.parse(mutes[0].until) - Date.now()) / 60_000;
  assert.ok(minutes > 5 && minutes <= 11, `${minutes} minutes`);
  await bo.page.reload();
  await sees(bo.page, 'words in anger');
  await part(cy.page, 'decisions');
});

test('what was read in one tab is read in the others', async () => {
  const other = await newTab(cy.context);
  await other.page.goto(`${server.url}/rooms/${harbour}`);
  await part(other.page, 'decisions');
  await press(other.page, 'decisions-seen');
  await gone(other.page, 'decisions');
  await cy.page.bringToFront();
  await gone(cy.page, 'decisions');
  await other.page.close();
});

test('on a narrow screen a long list of decisions scrolls, and the button stays', async () => {
  for (let i = 0; i < 8; i++) {
    await bo.api('PUT', mutePath(cy.id), { seconds: 600, reason: `${i}${'x'.repeat(400)}` });
  }
  await cy.page.setViewport({ width: 320, height: 640 });
  await drawn(cy.page);
  await shows(cy.page, 'decisions', /7x/);
  const seen = await cy.page.$eval('[data-testid="decisions-seen"]', (button) => {
    const { left, top, bottom } = button.getBoundingClientRect();
    return bottom <= innerHeight && button.contains(document.elementFromPoint(left + 5, top + 5));
  });
  assert.ok(seen, 'the button is out of sight');
  assert.ok(await fits(cy.page));
  await press(cy.page, 'decisions-seen');
  await gone(cy.page, 'decisions');
  await bo.api('DELETE', mutePath(cy.id));
  await shows(cy.page, 'decisions', /lets you write/);
  await press(cy.page, 'decisions-seen');
  await cy.page.setViewport({ width: 1440, height: 900 });
});

test('whoever looks after the workspace is told in the administration, too', async () => {
  await ana.api('PATCH', `users/${cy.id}`, { role: 'admin' });
  await shows(cy.page, 'decisions', /made you admin/);
  await cy.page.goto(`${server.url}/administration/people`);
  await shows(cy.page, 'decisions', /made you admin/);
  await press(cy.page, 'decisions-seen');
  await gone(cy.page, 'decisions');
  await cy.page.waitForSelector('[data-testid="part-people"]:focus');
});

test('what fails after its dialog was closed is told in passing', async () => {
  /** @type {(() => void)} */ let answer = () => {};
  await bo.page.setRequestInterception(true);
  bo.page.on('request', (request) => {
    if (request.method() !== 'PUT' || !/\/bans\//.test(request.url())) {
      void request.continue();
      return;
    }
    const body = JSON.stringify({ status: 503, detail: 'The database cannot be reached.' });
    answer = () => void request.respond({ status: 503, contentType: 'application/problem+json', body });
  });
  await onMessage(bo.page, 'words in anger', 'ban-person');
  await part(bo.page, 'ban-form');
  await Promise.all([
    bo.page.waitForRequest((request) => /\/bans\//.test(request.url())),
    press(bo.page, 'ban-submit'),
  ]);
  await bo.page.keyboard.press('Escape');
  await gone(bo.page, 'ban-dialog');
  answer();
  await hears(bo.page, 'The database cannot be reached.');
  bo.page.removeAllListeners('request');
  await bo.page.setRequestInterception(false);
});

test('a suspension with a long reason fits, is told again after a reload, and by the clock of the reader', async () => {
  await gus.page.emulateTimezone('Asia/Tokyo');
  await ana.api('PUT', `users/${gus.id}/suspension`, { seconds: 86_400, reason: 'R'.repeat(500) });
  await shows(gus.page, 'sign-in-notice', /suspended until .*RRR/);
  await gus.page.setViewport({ width: 320, height: 640 });
  await drawn(gus.page);
  assert.ok(await fits(gus.page));
  await gus.page.reload();
  await shows(gus.page, 'sign-in-notice', /suspended until .*RRR/);
  await submit(gus.page, 'sign-in-form', { login: 'gus', password });
  await shows(gus.page, 'form-problem', /suspended until .*RRR/);
  assert.ok(await fits(gus.page));
  const [notice, problem] = await Promise.all(
    ['sign-in-notice', 'form-problem'].map((id) =>
      gus.page.$eval(`[data-testid="${id}"]`, (one) => /until (.*?)\. /.exec(one.textContent ?? '')?.[1]),
    ),
  );
  assert.equal(problem, notice);
});

test('without a connection the administration says so, and what it shows from before', async () => {
  await part(cy.page, 'people-row');
  await server.stop();
  await cy.page.locator('[data-testid="people-search"]').fill('gus');
  await shows(cy.page, 'found', /the list from before/);
  await cy.page.waitForSelector('.found-rows[data-stale="true"]');
  await part(cy.page, 'connection-banner');
  await server.start();
  await cy.page.waitForFunction(() => document.querySelectorAll('[data-testid="people-row"]').length === 1);
  await gone(cy.page, 'connection-banner');
  await cy.page.setOfflineMode(true);
  await cy.page.locator('[data-testid="people-search"]').fill('bo');
  await shows(cy.page, 'found', /the list from before/);
  await cy.page.setOfflineMode(false);
  await shows(cy.page, 'people-row', /bo/);
});

test('nothing went wrong on any page', () => {
  const quiet = (/** @type {string} */ one) => !/ERR_(INTERNET_DISCONNECTED|CONNECTION)/.test(one);
  assert.deepEqual([ana, bo, cy, gus].flatMap(({ problems }) => problems).filter(quiet), []);
});
