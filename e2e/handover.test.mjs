// What goes, comes back or goes to somebody else: rooms and the workspace, seen from the screen of who acts, of those
// concerned and of a bystander.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ana,
  bo,
  crew,
  cy,
  gus,
  harbour,
  hears,
  isTold,
  listed,
  logged,
  onMember,
  roomMenu,
  roomOf,
  server,
  textOf,
  together,
  typedIn,
} from './lib/crew.mjs';
import { inspect } from './lib/looks.mjs';
import {
  close,
  confirm,
  createRoom,
  gone,
  opened,
  part,
  password,
  press,
  say,
  sees,
  shows,
  submit,
  takesKeys,
} from './lib/people.mjs';

/** @typedef {import('./lib/crew.mjs').Member} Member */

/** The room that goes and comes back. @type {number} */ let pier;

crew(async () => {
  pier = await roomOf(bo, 'pier', [ana, cy]);
  await together(pier, 'pier', ana, bo, cy);
  await say(cy.page, 'meet me at the pier');
});

/** Deletes the open room, and waits until it is in no sidebar. @param {string} name */
async function deletes(name) {
  await roomMenu(bo.page, 'room-settings');
  await confirm(bo.page, 'delete-room');
  await hears(bo.page, `${name} is deleted`);
  for (const { page } of [ana, bo, cy]) await listed(page, name, false);
}

/** The room is there again for all who were in it, with what was said. @param {string} name */
async function isBack(name) {
  for (const { page } of [ana, bo, cy]) {
    await listed(page, name);
    await page.locator(`[data-testid="room-link"][data-room="${pier}"]`).click();
    await opened(page, name);
    await sees(page, 'meet me at the pier');
    await part(page, 'composer');
  }
}

test('a room is deleted: gone from all sidebars, and its address says what became of it', async () => {
  const address = cy.page.url();
  await deletes('pier');
  for (const { page } of [ana, cy]) {
    await shows(page, 'room-deleted', /pier was deleted/);
    assert.equal(await page.$('[data-testid="composer"]'), null);
  }
  assert.match(await textOf(cy.page, 'room-deleted'), /those who looked after it can bring it back/);
  assert.equal(await cy.page.$('[data-testid="undelete"]'), null);
  assert.match(await textOf(ana.page, 'room-deleted'), /you can bring it back/);
  await inspect(ana.page, 'room-deleted');
  await press(cy.page, 'go-home');
  await part(cy.page, 'composer');
  await cy.page.goto(address);
  await shows(cy.page, 'room-deleted', /pier was deleted/);
  await gus.page.goto(address);
  await part(gus.page, 'room-unknown');
  await press(gus.page, 'go-home');
  await opened(gus.page, 'harbour');
});

test('its name is free; it comes back from its address, under another name and with its messages', async () => {
  await createRoom(cy.page, 'public', 'pier');
  await ana.page.goto(`${server.url}/rooms/${pier}`);
  await press(ana.page, 'undelete');
  await shows(ana.page, 'undelete-form', /There is already a room with this name/);
  await inspect(ana.page, 'room-undelete');
  await submit(ana.page, 'undelete-form', { name: 'old pier' });
  await opened(ana.page, 'old pier');
  await isBack('old pier');
  assert.equal((await logged(ana, 'room-undeleted', pier)).length, 1);
});

test('who has deleted a room takes it back at once', async () => {
  await deletes('old pier');
  await press(bo.page, 'toast-action');
  await opened(bo.page, 'old pier');
  await isBack('old pier');
});

test('a deleted room comes back from the administration', async () => {
  await deletes('old pier');
  await ana.page.goto(`${server.url}/administration/rooms`);
  await part(ana.page, 'rooms-row');
  await ana.page.select('[data-testid="filter-state"]', 'deleted');
  await shows(ana.page, 'found', /^1 room$/);
  await press(ana.page, 'rooms-open');
  await press(ana.page, 'undelete');
  await gone(ana.page, 'rooms-row');
  await ana.page.goto(`${server.url}/rooms/${pier}`);
  await isBack('old pier');
});

test('a room is handed over: who gets it is told and looks after it, who gave it is a member', async () => {
  await onMember(bo.page, cy.id, 'hand-over-room');
  await part(bo.page, 'room-hand-over-form');
  await inspect(bo.page, 'room-hand-over');
  await press(bo.page, 'room-hand-over-submit');
  await hears(bo.page, 'cy is owner of old pier now, and you are a member');
  await isTold(cy.page, /bo handed old pier over to you/);
  await roomMenu(cy.page, 'room-settings');
  await part(cy.page, 'room-endings');
  await close(cy.page);
  await press(ana.page, 'members-button');
  await ana.page.waitForSelector(`.member-line[data-entry="${cy.id}"] .member-note ::-p-text(room owner)`);
  await ana.page.waitForFunction(
    (line) => !/room owner/.test(document.querySelector(line)?.textContent ?? 'room owner'),
    {},
    `.member-line[data-entry="${bo.id}"]`,
  );
  await press(bo.page, 'room-menu');
  await part(bo.page, 'leave-room');
  assert.equal(await bo.page.$('[data-testid="room-settings"]'), null);
  await takesKeys(bo.page);
  await bo.page.keyboard.press('Escape');
  const [entry, ...more] = await logged(ana, 'room-handed-over', pier);
  assert.deepEqual([entry.actor.username, entry.user.username, more.length], ['bo', 'cy', 0]);
});

test('nobody takes over a room who has just left it', async () => {
  await onMember(cy.page, bo.id, 'hand-over-room');
  await part(cy.page, 'room-hand-over-form');
  await roomMenu(bo.page, 'leave-room');
  await press(bo.page, 'leave-submit');
  await listed(bo.page, 'old pier', false);
  await press(cy.page, 'room-hand-over-submit');
  await shows(cy.page, 'form-problem', /There is no such person here/);
  await close(cy.page);
  assert.equal((await logged(ana, 'room-handed-over', pier)).length, 1);
});

test('the workspace is handed over, with the own password', async () => {
  await ana.page.goto(`${server.url}/administration/people`);
  await ana.page.locator('[data-testid="people-search"]').fill('cy');
  await shows(ana.page, 'found', /^1 person$/);
  await press(ana.page, 'people-open');
  await press(ana.page, 'hand-over');
  await submit(ana.page, 'hand-over-form', { password: 'not mine at all' });
  await ana.page.waitForSelector('[data-testid="hand-over-form"] [name="password"][aria-invalid="true"]');
  assert.equal(
    await typedIn(ana.page, '[data-testid="hand-over-form"] [name="password"]'),
    'not mine at all',
  );
  assert.equal((await cy.api('GET', 'me')).role, 'member');
  await submit(ana.page, 'hand-over-form', { password });
  await gone(ana.page, 'hand-over-form');
  await shows(ana.page, 'people-row', /@cy[\s\S]*owner/);
  await isTold(cy.page, /ana handed the workspace over to you/);
  await press(cy.page, 'user-menu');
  await part(cy.page, 'administration');
  await takesKeys(cy.page);
  await cy.page.keyboard.press('Escape');
  await together(harbour, 'harbour', bo);
  if (!(await bo.page.$('[data-testid="members"]'))) await press(bo.page, 'members-button');
  await bo.page.waitForSelector(`.member-line[data-entry="${cy.id}"] .member-note ::-p-text(owner)`);
  await bo.page.waitForSelector(`.member-line[data-entry="${ana.id}"] .member-note ::-p-text(admin)`);
  assert.equal(await ana.page.$('[data-testid="hand-over"]'), null);
});

test('nothing went wrong on any page', () => {
  assert.deepEqual(
    [ana, bo, cy, gus].flatMap(({ problems }) => problems),
    [],
  );
});
