// What docs/administration.md explains, done in the page as its readers do it, with a picture of each task. `make
// pictures` puts the pictures beside the document; every other run puts them into build/pictures.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchChromium, newPerson } from './lib/browser.mjs';
import { Album, documented } from './lib/guide.mjs';
import { close, gone, menu, open, part, password, press, shows, submit } from './lib/people.mjs';
import { run } from './lib/postgres.mjs';
import { Workshop } from './lib/workshop.mjs';

/** @typedef {import('puppeteer-core').Page} Page */
/** @typedef {Awaited<ReturnType<typeof newPerson>>} Person */

const keeps = Boolean(process.env.E2E_PICTURES);
const album = new Album(keeps ? documented : undefined);
/** @type {import('puppeteer-core').Browser} */ let browser;
/** @type {Workshop} */ let workshop;
/** The owner. @type {Person} */ let nora;
/** Who looks after a room. @type {Person} */ let amara;
/** A member. @type {Person} */ let leila;
/** The person concerned. @type {Person} */ let chris;

before(async () => {
  workshop = await Workshop.start();
  browser = await launchChromium(workshop.flags);
  const bicycles = `rooms/${workshop.room('bicycles')}`;
  amara = await workshop.enter(browser, 'amara', bicycles);
  leila = await workshop.enter(browser, 'leila', bicycles);
  chris = await workshop.enter(browser, 'chris', bicycles);
  nora = await workshop.enter(browser, 'nora', bicycles);
});

after(async () => {
  await browser?.close();
  await workshop?.server.dispose();
});

/** Fills fields of a form. @param {Page} page @param {string} form @param {Record<string, string>} fields */
async function fill(page, form, fields) {
  await part(page, form);
  for (const [name, value] of Object.entries(fields)) {
    await page.locator(`[data-testid="${form}"] [name="${name}"]`).fill(value);
  }
}

/** Opens the menu of a message. @param {Page} page @param {string} text */
async function messageMenu(page, text) {
  await page.bringToFront();
  const button = await page.waitForFunction(
    (wanted) => {
      const rows = [...document.querySelectorAll('[data-testid="message"]')];
      return rows
        .find((row) => row.textContent?.includes(wanted))
        ?.querySelector('[data-testid="message-menu"]');
    },
    {},
    text,
  );
  await /** @type {import('puppeteer-core').ElementHandle<Element>} */ (button).click();
}

/** Opens the menu beside a member. @param {Page} page @param {string} name */
async function memberMenu(page, name) {
  await page.bringToFront();
  if (!(await page.$('[data-testid="members"]'))) await press(page, 'members-button');
  // It goes when there is a gap in who is here, and comes again within 15 seconds: too long to wait for each time.
  if (keeps) await shows(page, 'members', /Last seen/, 20_000);
  await page.locator(`aria/What to do about ${name}`).click();
}

/** Opens the settings of a room. @param {string} name */
async function roomSettings(name) {
  const { page } = nora;
  await open(page, name);
  await press(page, 'room-menu');
  await press(page, 'room-settings');
  await part(page, 'room-settings-dialog');
}

/** Opens a part of the administration, from wherever the owner is. @param {string} section */
async function administration(section) {
  const { page } = nora;
  await page.bringToFront();
  if (!(await page.$('[data-testid="administration"]'))) await menu(page, 'administration');
  await press(page, `admin-${section}`);
  await part(page, `part-${section}`);
}

/** Shows the end of what an element stands in. @param {Element} element */
function toTheEnd(element) {
  for (let e = element.parentElement; e; e = e.parentElement) e.scrollTop = e.scrollHeight;
}

/** Goes back to the rooms. */
async function leaveAdministration() {
  await press(nora.page, 'leave-administration');
  await part(nora.page, 'composer');
}

/** Opens somebody under Administration → People. @param {string} name */
async function opensPerson(name) {
  const { page } = nora;
  await administration('people');
  await page.locator('[data-testid="people-search"]').fill(name);
  await shows(page, 'people-row', new RegExp(name));
  await shows(page, 'found', /^1 person$/);
  await press(page, 'people-open');
  await part(page, 'people-detail');
}

test('a room is created', async () => {
  const { page } = nora;
  await press(page, 'create-room');
  await fill(page, 'create-room-form', {
    name: 'sewing corner',
    description: 'Machines, fabric and patterns.',
  });
  await album.take(page, 'create-room');
  await press(page, 'create-room-submit');
  await part(page, 'composer');
  await gone(page, 'create-room-form');
});

test('the settings of a room', async () => {
  const { page } = nora;
  await roomSettings('bicycles');
  await fill(page, 'room-settings-form', { topic: 'Saturday from nine: truing wheels with Amara' });
  await album.take(page, 'room-settings');
  await page.select('[data-testid="room-settings-form"] [name="slow_mode"]', '30');
  await page.select('[data-testid="room-settings-form"] [name="retention_days"]', '365');
  await page.$eval('[data-testid="room-endings"]', toTheEnd);
  await album.take(page, 'room-settings-more');
  await press(page, 'room-settings-submit');
  await shows(page, 'toasts', /Saved/);
});

test('a role in a room', async () => {
  const { page } = nora;
  await memberMenu(page, 'Amara Okafor');
  await album.take(page, 'room-role');
  await press(page, 'make-moderator');
  await shows(page, 'toasts', /Amara Okafor is now moderator/);
});

test('a room is handed over', async () => {
  const { page } = nora;
  await open(page, 'woodwork');
  await memberMenu(page, 'Ruth Adler');
  await press(page, 'hand-over-room');
  await part(page, 'room-hand-over-form');
  await album.take(page, 'hand-over-room');
  await press(page, 'room-hand-over-submit');
  await shows(page, 'toasts', /Ruth Adler is owner of woodwork now/);
  await open(page, 'bicycles');
});

test('a member is found in the list', async () => {
  const { page } = nora;
  await page.locator('[data-testid="members-search"]').fill('mo');
  await shows(page, 'members', /Daniel Moreau/);
  await album.take(page, 'members');
  await page.locator('[data-testid="members-search"]').fill('');
  await press(page, 'close-members');
});

test('a room is archived, and one deleted and brought back', async () => {
  const { page } = nora;
  await roomSettings('spring fair');
  await press(page, 'archive-room');
  await part(page, 'archive-room-yes');
  await page.$eval('[data-testid="room-endings"]', toTheEnd);
  await album.take(page, 'archive-room');
  await press(page, 'archive-room-yes');
  await gone(page, 'room-settings-dialog');
  await roomSettings('old website');
  await press(page, 'delete-room');
  await part(page, 'delete-room-yes');
  await page.$eval('[data-testid="room-endings"]', toTheEnd);
  await album.take(page, 'delete-room');
  await press(page, 'delete-room-yes');
  await gone(page, 'room-settings-dialog');
  await administration('rooms');
  await page.select('[data-testid="filter-state"]', 'deleted');
  await shows(page, 'found', /^1 room$/);
  await press(page, 'rooms-open');
  await part(page, 'undelete-form');
  await album.take(page, 'deleted-room');
  await press(page, 'undelete');
  await gone(page, 'rooms-row');
});

test('an invitation, and how it looks to who is invited', async () => {
  const { page } = nora;
  await administration('invites');
  await page.locator('[data-testid="new-invite"] summary').click();
  await part(page, 'new-invite-form');
  await page.locator('[data-testid="new-invite-form"] [value="guest"]').click();
  await page.locator(`[data-testid="guest-room"][data-room="${workshop.room('bicycles')}"]`).click();
  await page.select('[data-testid="new-invite-form"] [name="uses"]', '10');
  await page.select('[data-testid="new-invite-form"] [name="days"]', '30');
  await album.take(page, 'invite');
  await press(page, 'new-invite-submit');
  await part(page, 'new-invite-url');
  await shows(page, 'invites-row', /Guests[\s\S]*0 of 10/);
  await album.take(page, 'invitations');
  const url = await page.$eval(
    '[data-testid="new-invite-url"]',
    (e) => /** @type {HTMLInputElement} */ (e).value,
  );
  const stranger = await newPerson(browser);
  await stranger.page.goto(url);
  await part(stranger.page, 'sign-up-form');
  await album.take(stranger.page, 'join');
  await stranger.context.close();
});

test('a role in the workspace', async () => {
  const { page } = nora;
  await opensPerson('Tomás');
  await page.locator('[data-testid="role-form"] [value="admin"]').click();
  await press(page, 'role-submit');
  await shows(page, 'people-row', /admin/);
  await album.take(page, 'roles', { toast: true });
  await leaveAdministration();
});

test('the menu of a message', async () => {
  const { page } = amara;
  await page.bringToFront();
  await press(page, 'decisions-seen');
  await gone(page, 'decisions');
  await messageMenu(page, 'VAN FOR SALE');
  await part(page, 'delete-message');
  await album.take(page, 'message-menu');
  await page.keyboard.press('Escape');
});

test('a message is reported, and its author blocked', async () => {
  const { page } = leila;
  await messageMenu(page, 'VAN FOR SALE');
  await press(page, 'report-person');
  await fill(page, 'report-form', { reason: 'Advertising, for the third time today.' });
  await album.take(page, 'report');
  await press(page, 'report-submit');
  await gone(page, 'report-form');
  await messageMenu(page, 'VAN FOR SALE');
  await press(page, 'block-person');
  await part(page, 'blocked-line');
  await album.take(page, 'block', { toast: true });
});

test('the queue of reports', async () => {
  const { page } = nora;
  await administration('reports');
  await shows(page, 'report', /VAN FOR SALE/);
  await album.take(page, 'reports');
});

test('messages are deleted: one, and all of late', async () => {
  const { page } = amara;
  await messageMenu(page, 'VAN FOR SALE');
  await press(page, 'delete-message');
  await part(page, 'toast-action');
  await album.take(page, 'delete-message', { toast: true });
  await messageMenu(page, 'Van van van');
  await press(page, 'purge-person');
  await fill(page, 'purge-form', { reason: 'Advertising' });
  await album.take(page, 'delete-recent');
  await press(page, 'purge-submit');
  await shows(page, 'toasts', /2 messages are deleted/);
});

test('somebody is muted, and what they see', async () => {
  const { page } = amara;
  await memberMenu(page, 'Chris Mills');
  await press(page, 'mute-person');
  await fill(page, 'mute-form', { reason: 'Advertising. Please read what this room is for.' });
  await page.select('[data-testid="mute-form"] [name="seconds"]', '86400');
  await album.take(page, 'mute');
  await press(page, 'mute-submit');
  await gone(page, 'mute-form');
  await shows(chris.page, 'decisions', /muted you/);
  await album.take(chris.page, 'told');
});

test('somebody is removed from a room, and somebody banned', async () => {
  const { page } = amara;
  await memberMenu(page, 'Kim Park');
  await press(page, 'remove-member');
  await fill(page, 'remove-member-form', { reason: 'The course is over. It was good to have you here!' });
  await album.take(page, 'remove');
  await press(page, 'remove-member-submit');
  await gone(page, 'remove-member-form');
  await memberMenu(page, 'Chris Mills');
  await press(page, 'ban-person');
  await fill(page, 'ban-form', { reason: 'Advertising by direct message after the mute.' });
  await page.select('[data-testid="ban-form"] [name="seconds"]', '604800');
  await album.take(page, 'ban');
  await press(page, 'ban-submit');
  await gone(page, 'ban-form');
});

test('what is in force in a room', async () => {
  const { page } = amara;
  await memberMenu(page, 'Sam Carter');
  await press(page, 'mute-person');
  await submit(page, 'mute-form', { reason: 'Let us all calm down.' });
  await gone(page, 'mute-form');
  await press(page, 'room-menu');
  await press(page, 'room-order');
  await shows(page, 'mutes', /Sam Carter/);
  await shows(page, 'bans', /Chris Mills/);
  await shows(page, 'deletions', /2 messages/);
  await album.take(page, 'room-order');
  await close(page);
});

test('somebody is suspended, and what they see', async () => {
  const { page } = nora;
  await page.bringToFront();
  await press(page, 'report-acted');
  await gone(page, 'open-reports');
  await opensPerson('Chris');
  await press(page, 'suspend');
  await fill(page, 'suspend-form', { reason: 'Advertising in several rooms, after two warnings.' });
  await page.select('[data-testid="suspend-form"] [name="seconds"]', '2592000');
  await page.locator('[data-testid="suspend-form"] [name="addresses"]').click();
  await shows(page, 'suspend-addresses', /203\.0\.113/);
  await album.take(page, 'suspend');
  await press(page, 'suspend-submit');
  await shows(page, 'suspension', /Advertising in several rooms/);
  await shows(chris.page, 'sign-in-notice', /suspended/);
  await album.take(chris.page, 'suspended');
});

test('the rooms, the figures and the settings of the workspace', async () => {
  const { page } = nora;
  await administration('rooms');
  await shows(page, 'rooms-row', /spring fair[\s\S]*archived/);
  await album.take(page, 'rooms');
  await administration('figures');
  await part(page, 'totals');
  await album.take(page, 'figures');
  await administration('settings');
  await part(page, 'settings-form');
  await page.select('[data-testid="settings-form"] [name="retention_days"]', '730');
  await submit(page, 'settings-form', { flood_messages: '10', flood_seconds: '5' });
  await shows(page, 'toasts', /Saved/);
  await album.take(page, 'settings', { toast: true });
});

test('the people of the workspace', async () => {
  const { page } = nora;
  await administration('people');
  await shows(page, 'found', /^16 people$/);
  await album.take(page, 'people');
});

test('somebody is signed out everywhere, and somebody gets a link for a new password', async () => {
  const { page } = nora;
  await opensPerson('Jonas');
  await press(page, 'sign-out-person');
  await part(page, 'sign-out-person-yes');
  await album.take(page, 'sign-out');
  await press(page, 'sign-out-person-yes');
  await shows(page, 'toasts', /signed out everywhere/);
  await opensPerson('Mei');
  await press(page, 'make-reset-link');
  await part(page, 'reset-url');
  await album.take(page, 'reset-link');
});

test('live connections, and one of them ended', async () => {
  const { page } = nora;
  // What a quiet machine and a short way would measure.
  await run(workshop.server, 'update presence_leases set round_trip = 18 + user_id % 9');
  await administration('connections');
  const row = await page.waitForSelector('[data-testid="connections-row"] ::-p-text(@leila)');
  await row?.evaluate((e) => e.closest('[data-testid="connections-row"]')?.querySelector('button')?.click());
  await press(page, 'end-connection');
  await part(page, 'end-connection-yes');
  await page.locator('[data-testid="end-connection-reason"]').fill('You left it open in the workshop.');
  await album.take(page, 'connections');
  await press(page, 'end-connection-yes');
  await shows(page, 'toasts', /Leila Haddad is signed out there/);
});

test('the audit log, about one person', async () => {
  const { page } = nora;
  await administration('audit');
  await page.type('[data-testid="audit-user"]', 'Chris');
  await shows(page, 'audit-user-option', /@chris/);
  await page.keyboard.press('Enter');
  await shows(page, 'found', /^\d entries$/);
  await album.take(page, 'audit');
});

test('the workspace is handed over', async () => {
  const { page } = nora;
  await opensPerson('Tomás');
  await press(page, 'hand-over');
  await fill(page, 'hand-over-form', { password });
  await album.take(page, 'hand-over');
  await press(page, 'hand-over-submit');
  await shows(page, 'people-row', /owner/);
});

test('nothing went wrong on any page', () => {
  assert.deepEqual(
    [nora, amara, leila, chris].flatMap(({ problems }) => problems),
    [],
  );
});

test('docs/administration.md shows each picture, and tells it in words', () =>
  album.check('administration.md'));
