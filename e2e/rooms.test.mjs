// Rooms and direct messages, seen from two people's screens.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchChromium, newPerson } from './lib/browser.mjs';
import {
  createRoom,
  invite,
  open,
  opened,
  part,
  password,
  pick,
  press,
  say,
  sees,
  seesNotice,
  setUp,
  shows,
  signIn,
  signUp,
} from './lib/people.mjs';
import { Server } from './lib/server.mjs';

/** @typedef {Awaited<ReturnType<typeof newPerson>>} Person */

const server = new Server();
/** @type {import('puppeteer-core').Browser} */ let browser;
/** @type {Person} */ let ana;
/** @type {Person} */ let bo;

before(async () => {
  await server.start();
  browser = await launchChromium();
  ana = await newPerson(browser);
  await setUp(ana.page, server.url, { name: 'ana' });
  bo = await newPerson(browser);
  await signUp(bo.page, await invite(ana.page), 'bo');
});

after(async () => {
  await browser?.close();
  await server.dispose();
});

test('a public room is found and joined, and left again', async () => {
  await createRoom(ana.page, 'public', 'sound cards');
  await say(ana.page, 'who has sound?');
  await bo.page.locator('[data-testid="browse-rooms"]').click();
  await bo.page
    .locator('[data-testid="directory-room"][data-joined="false"] [data-testid="join-room"]')
    .click();
  await opened(bo.page, 'sound cards');
  await sees(bo.page, 'who has sound?');
  await seesNotice(ana.page, /bo joined/i);

  await bo.page.locator('[data-testid="room-menu"]').click();
  await bo.page.locator('[data-testid="leave-room"]').click();
  await bo.page.locator('[data-testid="leave-submit"]').click();
  await seesNotice(ana.page, /bo left/i);
  await bo.page.waitForFunction(
    () =>
      ![...document.querySelectorAll('[data-testid="room-link"]')].some((e) =>
        e.textContent?.includes('sound cards'),
      ),
  );
});

test('a private room appears for those who are added, with its past', async () => {
  await createRoom(ana.page, 'private', 'staff');
  await say(ana.page, 'before bo was here');
  await ana.page.locator('[data-testid="room-menu"]').click();
  await ana.page.locator('[data-testid="menu-add-people"]').click();
  await pick(ana.page, ['bo']);
  await ana.page.locator('[data-testid="add-people-submit"]').click();
  await open(bo.page, 'staff');
  await sees(bo.page, 'before bo was here');
  await say(bo.page, 'thank you');
  await sees(ana.page, 'thank you');
});

test('the menu about somebody stays open when they come', async () => {
  const { page } = ana;
  await page.bringToFront();
  const code = (await invite(page)).split('/').pop();
  const joined = await fetch(`${server.url}/api/v1/sign-up`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username: 'eve', display_name: 'eve', password, invite: code }),
  });
  assert.equal(joined.status, 201);
  const label = 'What to do about eve';
  const row = `.member-line:has([aria-label="${label}"])`;
  await open(page, 'general');
  await press(page, 'members-button');
  await page.waitForSelector(`[data-testid="members-offline"] ${row}`);
  await page.locator(`aria/${label}`).click();
  await part(page, 'remove-member');
  const eve = await newPerson(browser);
  await signIn(eve.page, server.url, 'eve');
  await page.waitForSelector(`${row} .presence[data-state="online"]`);
  assert.equal(
    await page.$eval(':focus', (e) => e.closest('[role="menu"]')?.getAttribute('aria-label')),
    label,
  );
  await page.bringToFront();
  await page.keyboard.press('Escape');
  await page.focus('[data-testid="composer"]');
  await page.waitForSelector(`[data-testid="members-online"] ${row}`);
  await press(page, 'close-members');
  await eve.context.close();
  assert.deepEqual(eve.problems, []);
});

test('a direct message appears for the other one, unread until it is opened', async () => {
  await ana.page.locator('[data-testid="new-message"]').click();
  await pick(ana.page, ['bo']);
  await ana.page.locator('[data-testid="start-conversation"]').click();
  await opened(ana.page, 'bo');
  await say(ana.page, 'between us');
  await bo.page.waitForSelector('[data-testid="room-link"][data-kind="direct"][data-unread="1"]');
  await open(bo.page, 'ana');
  await sees(bo.page, 'between us');
  await bo.page.bringToFront();
  await bo.page.waitForSelector('[data-testid="room-link"][data-kind="direct"][data-unread="0"]');
});

test('a long directory comes page by page', async () => {
  const names = Array.from({ length: 105 }, (_, i) => `room ${String(i).padStart(3, '0')}`);
  const failed = await ana.page.evaluate(async (wanted) => {
    const answers = [];
    for (const name of wanted) {
      const body = JSON.stringify({ kind: 'public', name });
      const headers = { 'Content-Type': 'application/json' };
      answers.push(await fetch('/api/v1/rooms', { method: 'POST', headers, body }));
    }
    return answers.filter((answer) => !answer.ok).length;
  }, names);
  assert.equal(failed, 0);
  await bo.page.bringToFront();
  await bo.page.locator('[data-testid="browse-rooms"]').click();
  await part(bo.page, 'more-rooms');
  await bo.page.locator('[data-testid="browse-search"]').fill('room 104');
  await shows(bo.page, 'browse-dialog', /100 rooms shown so far/);
  await bo.page.locator('[data-testid="more-rooms"]').click();
  await bo.page.locator('[data-testid="directory-room"] [data-testid="join-room"]').click();
  await opened(bo.page, 'room 104');
  await open(bo.page, 'ana');
});

test('a line written while the server is away is sent once when it is back', async () => {
  await server.kill();
  await say(ana.page, 'written into the dark');
  await part(ana.page, 'composer');
  await server.start();
  await sees(bo.page, 'written into the dark', 60_000);
  const count = await bo.page.$$eval(
    '[data-testid="message-body"]',
    (found) => found.filter((e) => e.textContent === 'written into the dark').length,
  );
  assert.equal(count, 1);
});

test('nothing went wrong in the pages', () => {
  assert.deepEqual([...ana.problems, ...bo.problems], []);
});
