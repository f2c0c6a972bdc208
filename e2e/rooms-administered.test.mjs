// Looking after rooms on the page: each act seen from the screen of who acts, of those in the room and of a bystander.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ana,
  bo,
  crew,
  cy,
  enterSettings,
  gus,
  harbour,
  hears,
  listed,
  roomMenu,
  roomOf,
  server,
  setRoom,
  textOf,
  together,
  typedIn,
} from './lib/crew.mjs';
import {
  close,
  confirm,
  gone,
  opened,
  part,
  press,
  say,
  sees,
  shows,
  submit,
  transcript,
} from './lib/people.mjs';
import { address, run } from './lib/postgres.mjs';
import { Server } from './lib/server.mjs';

/** @typedef {import('puppeteer-core').Page} Page */

crew(() => together(harbour, 'harbour', ana, bo, cy, gus));

const everybody = () => [ana, bo, cy, gus].map(({ page }) => page);

/** Waits until a room stands in the open list of all rooms, or not. @param {Page} page @param {string} name @param {boolean} there */
const offered = (page, name, there) =>
  page.waitForFunction(
    (wanted, is) =>
      [...document.querySelectorAll('[data-testid="directory-room"] .pick-name')].some(
        (one) => one.textContent === wanted,
      ) === is,
    {},
    name,
    there,
  );

test('a room is archived, and comes back: the composer goes with a sentence, a draft stays', async () => {
  await cy.page.locator('[data-testid="composer"]').fill('half a thought');
  await roomMenu(bo.page, 'room-settings');
  await confirm(bo.page, 'archive-room');
  await hears(bo.page, 'harbour is archived');
  for (const page of everybody()) {
    await shows(page, 'read-only-note', /This room is archived/);
    await shows(page, 'room-header', /archived/);
    assert.equal(await page.$('[data-testid="composer"]'), null);
  }
  assert.match(await textOf(cy.page, 'read-only-note'), /Your unsent draft is kept/);
  assert.doesNotMatch(await textOf(gus.page, 'read-only-note'), /draft/);
  await roomMenu(bo.page, 'room-settings');
  await confirm(bo.page, 'archive-room');
  await hears(bo.page, 'harbour is open again');
  for (const page of everybody()) await part(page, 'composer');
  assert.equal(await typedIn(cy.page, '[data-testid="composer"]'), 'half a thought');
  await say(cy.page, 'half a thought');
  for (const page of everybody()) await sees(page, 'half a thought');
});

test('a room gets another name, and its old address leads to it', async () => {
  const old = cy.page.url();
  await enterSettings(bo.page, { name: 'general', topic: 'tides' });
  await press(bo.page, 'room-settings-submit');
  await bo.page.waitForSelector('[data-testid="room-settings-form"] [name="name"][aria-invalid="true"]');
  await shows(bo.page, 'room-settings-form', /There is already a room with this name/);
  assert.equal(await typedIn(bo.page, '[data-testid="room-settings-form"] [name="topic"]'), 'tides');
  await submit(bo.page, 'room-settings-form', { name: 'old harbour' });
  await gone(bo.page, 'room-settings-dialog');
  for (const page of everybody()) {
    await opened(page, 'old harbour');
    await listed(page, 'old harbour');
    await listed(page, 'harbour', false);
    await shows(page, 'room-header', /tides/);
  }
  await cy.page.goto(old);
  await opened(cy.page, 'old harbour');
  await sees(cy.page, 'half a thought');
});

test('topic and description are seen at once, in the room and in the list of all rooms', async () => {
  await press(cy.page, 'browse-rooms');
  await offered(cy.page, 'old harbour', true);
  await setRoom(bo.page, { topic: 'high water at noon', description: 'Where the boats are.' });
  for (const page of everybody()) await shows(page, 'room-header', /high water at noon/);
  await shows(gus.page, 'room-intro', /Where the boats are\./);
  await shows(cy.page, 'directory', /Where the boats are\./);
  await close(cy.page);
});

test('a room becomes private, and public again: those in it keep it, others lose and find it', async () => {
  const room = await roomOf(bo, 'boatyard', [cy]);
  await together(room, 'boatyard', bo, cy);
  const guests = await gus.page.evaluate(() => document.querySelectorAll('[data-testid="room-link"]').length);
  await ana.page.goto(`${server.url}/rooms/${room}`);
  await part(ana.page, 'room-preview');
  await press(ana.page, 'browse-rooms');
  await offered(ana.page, 'boatyard', true);
  await setRoom(bo.page, { kind: 'private' });
  await offered(ana.page, 'boatyard', false);
  await part(ana.page, 'room-unknown');
  for (const { page } of [bo, cy]) {
    await page.waitForSelector(`[data-testid="room-link"][data-room="${room}"][data-kind="private"]`);
    await part(page, 'composer');
  }
  await say(cy.page, 'among us');
  await sees(bo.page, 'among us');
  await setRoom(bo.page, { kind: 'public' });
  await offered(ana.page, 'boatyard', true);
  await close(ana.page);
  await part(ana.page, 'room-preview');
  await cy.page.waitForSelector(`[data-testid="room-link"][data-room="${room}"][data-kind="public"]`);
  await press(ana.page, 'join-room');
  await sees(ana.page, 'among us');
  // To a guest who is not in it, nothing of this has happened.
  assert.equal((await gus.page.$$('[data-testid="room-link"]')).length, guests);
  assert.equal(await gus.page.$('[data-testid="browse-rooms"]'), null);
  await together(harbour, 'old harbour', ana, bo, cy);
});

test('who may write: all, members alone, or those who look after the room', async () => {
  await gus.page.locator('[data-testid="composer"]').fill('may I');
  await setRoom(bo.page, { state: 'members' });
  await shows(gus.page, 'read-only-note', /Guests only read in this room[\s\S]*draft is kept/);
  await shows(gus.page, 'room-header', /guests only read/);
  for (const { page } of [ana, bo, cy]) await part(page, 'composer');
  await setRoom(bo.page, { state: 'read-only' });
  await shows(cy.page, 'read-only-note', /Its owners and moderators write here/);
  await shows(gus.page, 'read-only-note', /Its owners and moderators write here/);
  for (const { page } of [ana, bo]) await part(page, 'composer');
  await say(bo.page, 'the lock is closed today');
  for (const page of everybody()) await sees(page, 'the lock is closed today');
  await setRoom(bo.page, { state: 'open' });
  await part(cy.page, 'composer');
  await part(gus.page, 'composer');
  assert.equal(await typedIn(gus.page, '[data-testid="composer"]'), 'may I');
});

test('slow mode: what is said too early waits and goes out by itself, once and in order', async () => {
  // So long that nothing of what waits goes out while others are looked at.
  await setRoom(bo.page, { slow_mode: '300' });
  await shows(cy.page, 'slow-mode', /one message every 5 minutes/);
  assert.equal(await bo.page.$('[data-testid="slow-mode"]'), null);
  for (const text of ['slow one', 'slow two', 'slow three']) await say(cy.page, text);
  await shows(
    cy.page,
    'message-waiting',
    /You have to wait between messages here\. It goes out at .+ by itself/,
  );
  await say(bo.page, 'quick one');
  await say(bo.page, 'quick two');
  assert.equal(await bo.page.$('[data-testid="message-waiting"]'), null);
  for (const { page } of [ana, cy, gus]) await sees(page, 'quick two');
  assert.notEqual(await cy.page.$('[data-testid="message-waiting"]'), null);
  await setRoom(bo.page, { slow_mode: '5' });
  await shows(cy.page, 'slow-mode', /one message every 5 seconds/);
  for (const page of everybody()) await sees(page, 'slow three', 60_000);
  await gone(cy.page, 'message-waiting');
  for (const page of everybody()) {
    const slow = (await transcript(page)).filter(({ text }) => text.startsWith('slow'));
    assert.deepEqual(
      slow.map(({ text }) => text),
      ['slow one', 'slow two', 'slow three'],
    );
  }
  await setRoom(bo.page, { slow_mode: '0' });
  await gone(cy.page, 'slow-mode');
});

test('lines about those who come and go are shown in a room, or not', async () => {
  const notices = () => cy.page.$$eval('[data-testid="notice"]', (all) => all.length);
  const comeAndGo = async () => {
    await roomMenu(ana.page, 'leave-room');
    await press(ana.page, 'leave-submit');
    await listed(ana.page, 'old harbour', false);
    await ana.page.goto(`${server.url}/rooms/${harbour}`);
    await press(ana.page, 'join-room');
    await part(ana.page, 'composer');
  };
  await setRoom(bo.page, { notices: 'hide' });
  await cy.page.waitForFunction(() => !document.querySelector('[data-testid="notice"]'));
  await comeAndGo();
  await say(ana.page, 'I was out');
  await sees(cy.page, 'I was out');
  assert.equal(await notices(), 0);
  await setRoom(bo.page, { notices: 'show' });
  await shows(cy.page, 'notice', /ana left/);
  await shows(cy.page, 'notice', /ana joined/);
  await comeAndGo();
  await shows(gus.page, 'notice', /ana joined/);
});

test('messages are kept for some days: a page that is open shows that older ones are gone, and why', async () => {
  await setRoom(bo.page, { retention_days: '7' });
  await run(
    server,
    `update messages set created_at = now() - interval '8 days'
     where room_id = ${harbour} and number < (select max(number) from messages where room_id = ${harbour})`,
  );
  // A chatd looks for what is kept no longer when it starts, and then every quarter of an hour.
  const other = await new Server({ env: { CHATD_DATABASE_URL: address(server) } }).start();
  try {
    for (const page of everybody()) {
      await shows(page, 'erased', /Older messages were erased: here they are kept for 7 days/, 30_000);
      await shows(page, 'room-intro', /This is where old harbour begins now/);
      await page.waitForFunction(
        () =>
          [...document.querySelectorAll('[data-testid="message"] [data-testid="message-body"]')]
            .map((one) => one.textContent)
            .join() === 'I was out',
      );
    }
  } finally {
    await other.dispose();
  }
  await cy.page.reload();
  await shows(cy.page, 'erased', /kept for 7 days/);
  await say(gus.page, 'a fresh start');
  for (const page of everybody()) await sees(page, 'a fresh start');
});

test('nothing went wrong on any page', () => {
  assert.deepEqual(
    [ana, bo, cy, gus].flatMap(({ problems }) => problems),
    [],
  );
});
