// The administration as an owner uses it, page by page, in a workspace with very many people and rooms. With
// CHATD_SCREENSHOTS set to a folder, pictures of all of it are kept there.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchChromium, newPerson, picture } from './lib/browser.mjs';
import { lines, literally } from './lib/conversation.mjs';
import { inspect } from './lib/looks.mjs';
import {
  confirm,
  gone,
  invite,
  menu,
  part,
  password,
  press,
  say,
  sees,
  setUp,
  shows,
  signIn,
  signUp,
  submit,
  takesKeys,
} from './lib/people.mjs';
import { run } from './lib/postgres.mjs';
import { Server } from './lib/server.mjs';

/** @typedef {import('puppeteer-core').Page} Page */
/** @typedef {Awaited<ReturnType<typeof newPerson>>} Person */

// Whoever asks may say from which address: people come from somewhere here.
const server = new Server({ env: { CHATD_TRUSTED_PROXIES: '127.0.0.1/32' } });
/** @type {import('puppeteer-core').Browser} */ let browser;
/** The owner. @type {Person} */ let ana;
/** @type {Person} */ let bo;
/** @type {Person} */ let cy;
/** The API as the owner. @type {(method: string, path: string, body?: object) => Promise<any>} */ let api;

before(async () => {
  await server.start();
  browser = await launchChromium();
  [ana, bo, cy] = await Promise.all([newPerson(browser), newPerson(browser), newPerson(browser)]);
  await setUp(ana.page, server.url, { name: 'ana' });
  const link = await invite(ana.page);
  await signUp(bo.page, link, 'bo');
  await signUp(cy.page, link, 'cy');
  api = await apiOf(ana);
  for (const [i, text] of lines(6).entries())
    await say([ana, bo, cy][i % 3]?.page ?? ana.page, literally(text));
  await sees(ana.page, lines(6).at(-1) ?? '');
  await run(server, crowd);
});

after(async () => {
  await browser?.close();
  await server.dispose();
});

/** 10,000 people, 10,000 rooms, and what happened in 90 days. */
const crowd = `
  with topic as (insert into topics (kind) select 'user' from generate_series(1, 10000) returning id)
  insert into users (id, username, username_key, display_name, password_hash, last_seen_at)
  select id, 'person' || id, 'person' || id,
    (array['Ada', 'Bela', 'Chidi', 'Dora', 'Emre', 'Farah', 'Gus', 'Hana'])[id % 8 + 1] || ' ' ||
    (array['Okafor', 'Lindqvist', 'Moreau', 'Tanaka', 'Novak', 'Haddad', 'Silva'])[id % 7 + 1], '-',
    now() - id * interval '7 minutes'
  from topic;
  with topic as (insert into topics (kind) select 'room' from generate_series(1, 10000) returning id)
  insert into rooms (id, kind, name, name_key, created_by)
  select id, case id % 5 when 0 then 'private' else 'public' end, 'team ' || id, 'team ' || id,
    (select min(id) from users)
  from topic;
  insert into daily_figures (day, messages, writers, people, rooms, bytes)
  select day, 400 + 150 * sin(n) + n * 6, 40 + 15 * sin(n), 90 + 20 * sin(n) + n, 60 + n, 12000000 + n * 180000
  from generate_series(1, 90) n, lateral (select (now() at time zone 'utc')::date - 91 + n as day) d;
  analyze users, rooms`;

/** The API in somebody's name. @param {Person} person @returns {Promise<typeof api>} */
async function apiOf(person) {
  const cookie = (await person.context.cookies()).map((c) => `${c.name}=${c.value}`).join('; ');
  return async (method, path, body) => {
    const answer = await fetch(`${server.url}/api/v1/${path}`, {
      method,
      headers: { cookie, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    assert.ok(answer.ok, text);
    return text === '' ? null : JSON.parse(text);
  };
}

/** Signs in once more, from an address. @param {string} login @param {string} address @param {string} [secret] */
async function comesFrom(login, address, secret = password) {
  const answer = await fetch(`${server.url}/api/v1/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
    body: JSON.stringify({ login, password: secret }),
  });
  assert.equal(answer.status, 200, await answer.text());
}

/** Opens a part of the administration. @param {Page} page @param {string} section */
async function open(page, section) {
  await page.bringToFront();
  await page.goto(`${server.url}/administration/${section}`);
  await part(page, `part-${section}`);
}

/** Waits until the list says how much it found. @param {Page} page @param {RegExp} wanted */
const finds = (page, wanted) => shows(page, 'found', wanted);

/** Types into a field that searches. @param {Page} page @param {string} id @param {string} text */
const find = (page, id, text) => page.locator(`[data-testid="${id}"]`).fill(text);

/** Waits until a page has so many of something. @param {Page} page @param {string} selector @param {number} count */
const has = (page, selector, count) =>
  page.waitForFunction(
    (what, wanted) => document.querySelectorAll(what).length === wanted,
    {},
    selector,
    count,
  );

/** What a list shows, row by row. @param {Page} page @param {string} list */
const rowsOf = (page, list) =>
  page.$$eval(`[data-testid="${list}-row"]`, (found) =>
    found.map((row) => /** @type {HTMLElement} */ (row).innerText),
  );

/** A picture for the documentation: 1440×900, light. @param {Page} page @param {string} name */
async function shot(page, name) {
  await page.bringToFront();
  await page.emulateMediaFeatures([
    { name: 'prefers-color-scheme', value: 'light' },
    { name: 'prefers-reduced-motion', value: 'reduce' },
  ]);
  await picture(page, `administration-${name}`);
}

test('the menu leads there, and the first part is open', async () => {
  const { page } = ana;
  await menu(page, 'administration');
  await part(page, 'totals');
  await page.waitForFunction(() => document.title === 'Figures · Ubuntu help');
  await press(page, 'admin-people');
  await part(page, 'part-people');
  await page.evaluate(() => history.back());
  await part(page, 'part-figures');
  await press(page, 'leave-administration');
  await part(page, 'composer');
  await bo.page.bringToFront();
  await bo.page.goto(`${server.url}/administration/people`);
  await shows(bo.page, 'part-people', /You may not see this part/);
  assert.equal(await bo.page.$('[data-testid="admin-people"]'), null);
  await bo.page.goto(`${server.url}/administration`);
  await shows(bo.page, 'administration', /nothing here for you/);
  await inspect(bo.page, 'admin-nothing');
  await bo.page.goto(server.url);
  await part(bo.page, 'composer');
});

test('the settings lead there by keyboard, and are closed then', async () => {
  const { page } = ana;
  const room = page.url();
  await menu(page, 'settings');
  await part(page, 'settings-dialog');
  await inspect(page, 'settings-administration');
  await page.focus('[data-testid="settings-tokens"]');
  await page.keyboard.press('Tab');
  assert.equal(await focused(page), 'settings-administration');
  await page.keyboard.press('Enter');
  await part(page, 'totals');
  assert.equal(await page.$('[data-testid="settings-dialog"]'), null);
  await page.evaluate(() => history.back());
  await part(page, 'composer');
  assert.equal(page.url(), room);
  assert.equal(await page.$('[data-testid="settings-dialog"]'), null);
});

test('the card of a person has the menu that their row has, and works by keyboard', async () => {
  const { page } = ana;
  await page.bringToFront();
  const author = await page.waitForSelector('[data-testid="message-author"] ::-p-text(bo)');
  await author?.evaluate((found) => found.closest('button')?.focus());
  await page.keyboard.press('Enter');
  await part(page, 'profile-card');
  await inspect(page, 'profile-card');
  await page.keyboard.press('Tab');
  assert.equal(await focused(page), 'person-menu');
  await page.keyboard.press('Enter');
  await part(page, 'suspend-person');
  assert.deepEqual(await entriesOf(page), [
    'make-owner',
    'make-moderator',
    'hand-over-room',
    'purge-person',
    'mute-person',
    'remove-member',
    'ban-person',
    'suspend-person',
    'block-person',
  ]);
  await picture(page, 'profile-menu-large-light');
  await takesKeys(page);
  await page.keyboard.press('Escape');
  await gone(page, 'suspend-person');
  assert.equal(await focused(page), 'person-menu');
  await page.keyboard.press('Enter');
  await press(page, 'mute-person');
  await submit(page, 'mute-form', { reason: 'too loud' });
  await gone(page, 'mute-form');
  await shows(bo.page, 'decision', /ana.* muted you[\s\S]*too loud/);
  await author?.evaluate((found) => found.closest('button')?.click());
  await press(page, 'person-menu');
  await press(page, 'end-mute');
  await shows(page, 'toasts', /bo.* can write again/);
  await press(page, 'person-menu');
  await press(page, 'suspend-person');
  await part(page, 'suspend-form');
  await page.keyboard.press('Escape');
  await gone(page, 'suspend-form');
  // Whoever looks after nothing only blocks.
  await bo.page.bringToFront();
  await press(bo.page, 'decisions-seen');
  const other = await bo.page.waitForSelector('[data-testid="message-author"] ::-p-text(cy)');
  await other?.evaluate((found) => found.closest('button')?.click());
  await press(bo.page, 'person-menu');
  assert.deepEqual(await entriesOf(bo.page), ['block-person']);
  await bo.page.keyboard.press('Escape');
  await bo.page.keyboard.press('Escape');
  await gone(bo.page, 'profile-card');
});

test('figures: what there is, and the last 90 days as pictures and as a table', async () => {
  const { page } = ana;
  await open(page, 'figures');
  await shows(page, 'totals', /People10,003/);
  await shows(page, 'totals', /Rooms10,001/);
  await has(page, '.chart', 4);
  await has(page, '.chart:first-child .chart-column', 90);
  await shot(page, 'figures');
  await page.locator('.day-table summary').click();
  await part(page, 'day-table');
  await has(page, '[data-testid="day-table"] tbody tr', 90);
  await inspect(page, 'admin-figures');
});

test('people: found by name on the server, page after page, and with filters', async () => {
  const { page } = ana;
  await open(page, 'people');
  await finds(page, /^50 people shown/);
  await page.select('[data-testid="filter-order"]', 'last-seen');
  await shows(page, 'people-row', /@ana/);
  await shot(page, 'people');
  await press(page, 'show-more');
  await finds(page, /^100 people shown/);
  await page.select('[data-testid="filter-role"]', 'owner');
  await finds(page, /^1 person$/);
  await page.select('[data-testid="filter-role"]', '');
  await find(page, 'people-search', 'nobody at all');
  await finds(page, /Nobody matches/);
  await inspect(page, 'admin-people-none');
  await api('PATCH', 'me', { display_name: `Ana ${'of the very long name '.repeat(3)}`.trim() });
  await find(page, 'people-search', 'of the very');
  await finds(page, /^1 person$/);
  await inspect(page, 'admin-people');
  await api('PATCH', 'me', { display_name: 'ana' });
});

test('a row is opened and closed with the keyboard, and stays open when the screen is turned', async () => {
  const { page } = ana;
  await opensPerson('bo');
  await page.setViewport({ width: 600, height: 900 });
  await part(page, 'manage-person');
  await page.setViewport({ width: 1440, height: 900 });
  await part(page, 'manage-person');
  await page.waitForSelector('[data-testid="manage-person"]:focus');
  await page.keyboard.press('Escape');
  await gone(page, 'people-detail');
  await page.waitForSelector('[data-testid="people-open"]:focus');
  await page.keyboard.press('Enter');
  await part(page, 'people-detail');
});

test('a person: role, suspension with a reason, and back', async () => {
  const { page } = ana;
  await opensPerson('bo');
  await shot(page, 'person');
  await inspect(page, 'admin-person');
  await comesFrom('bo', '203.0.113.9');
  await comesFrom('bo', '2001:db8::9');
  await press(page, 'suspend');
  await part(page, 'suspend-form');
  await shows(
    page,
    'suspend-addresses',
    /banned:[\s\S]*2001:db8::\/64[\s\S]*203\.0\.113\.9[\s\S]*not,[\s\S]*127\.0\.0\.1/,
  );
  await shot(page, 'suspend');
  await inspect(page, 'admin-suspend');
  await page.locator('[data-testid="suspend-form"] [name="addresses"]').click();
  await submit(page, 'suspend-form', { reason: 'advertising' });
  await shows(page, 'toasts', /bo.* is suspended\. Banned: 2001:db8::\/64, 203\.0\.113\.9\./);
  await shows(page, 'suspension', /Suspended until somebody ends it\. By ana\. Reason: advertising/);
  await shows(page, 'people-row', /suspended/);
  await bo.page.bringToFront();
  await part(bo.page, 'sign-in-form');
  // Whoever is suspended and deactivated, too, is still suspended when they are reactivated.
  await page.bringToFront();
  await confirm(page, 'deactivate');
  await shows(page, 'people-row', /deactivated/);
  await confirm(page, 'reactivate');
  await shows(page, 'people-row', /suspended/);
  await shows(page, 'suspension', /Reason: advertising/);
  await confirm(page, 'end-suspension');
  await part(page, 'suspend');
  await signIn(bo.page, server.url, 'bo');
});

test('a person: a new password by link, with which they come in', async () => {
  const { page } = ana;
  await opensPerson('bo');
  await press(page, 'make-reset-link');
  await part(page, 'reset-url');
  await shot(page, 'reset-link');
  const url = await page.$eval('[data-testid="reset-url"]', (e) => /** @type {HTMLInputElement} */ (e).value);
  await bo.page.bringToFront();
  await bo.page.goto(url);
  await part(bo.page, 'reset-form');
  await inspect(bo.page, 'reset');
  await submit(bo.page, 'reset-form', { password: 'short' });
  await bo.page.waitForSelector('[data-testid="reset-form"] [aria-invalid="true"]');
  await submit(bo.page, 'reset-form', { password: `${password} anew` });
  await part(bo.page, 'reset-done');
  await press(bo.page, 'reset-leave');
  await part(bo.page, 'sign-in-form');
  await signIn(bo.page, server.url, 'bo', `${password} anew`);
  await bo.page.goto(url);
  await shows(bo.page, 'reset-bad', /was used already/);
  await inspect(bo.page, 'reset-bad');
  await press(bo.page, 'reset-leave');
  await part(bo.page, 'composer');
});

test('rooms: found by name, private ones without one; archived, deleted and brought back', async () => {
  const { page } = ana;
  await api('POST', 'rooms', { kind: 'private', name: 'secret garden' });
  await api('POST', 'rooms', { kind: 'public', name: 'lighthouse', description: 'By the sea.' });
  await open(page, 'rooms');
  await finds(page, /^50 rooms shown/);
  await page.select('[data-testid="filter-order"]', 'messages');
  await shows(page, 'rooms-row', /general/);
  await shot(page, 'rooms');
  await page.select('[data-testid="filter-kind"]', 'private');
  await shows(page, 'rooms-row', /Private room/);
  assert.doesNotMatch((await rowsOf(page, 'rooms')).join('\n'), /secret garden/);
  await page.select('[data-testid="filter-kind"]', '');
  await find(page, 'rooms-search', 'secret');
  await finds(page, /No room matches/);
  await find(page, 'rooms-search', 'lighthouse');
  await finds(page, /^1 room$/);
  await press(page, 'rooms-open');
  await confirm(page, 'archive');
  await shows(page, 'rooms-row', /archived/);
  await confirm(page, 'unarchive');
  await shows(page, 'rooms-row', /open/);
  await press(page, 'delete-room');
  await part(page, 'delete-room-yes');
  await inspect(page, 'admin-rooms');
  await press(page, 'delete-room-yes');
  await gone(page, 'rooms-row');
  await api('POST', 'rooms', { kind: 'public', name: 'lighthouse' });
  await find(page, 'rooms-search', '');
  await page.select('[data-testid="filter-state"]', 'deleted');
  await finds(page, /^1 room$/);
  await press(page, 'rooms-open');
  await press(page, 'undelete');
  await shows(page, 'undelete-form', /name/i);
  await page.waitForSelector(
    '[data-testid="undelete-form"] :is([aria-invalid="true"], [data-testid="form-problem"])',
  );
  await inspect(page, 'admin-rooms-deleted');
  await submit(page, 'undelete-form', { name: 'old lighthouse' });
  await gone(page, 'rooms-row');
  const { rooms } = await api('GET', 'admin/rooms?search=old%20lighthouse');
  assert.equal(rooms.length, 1);
});

test('invitations: made for some, and taken back', async () => {
  const { page } = ana;
  await open(page, 'invites');
  await page.locator('[data-testid="new-invite"] summary').click();
  await part(page, 'new-invite-form');
  await page.locator('[data-testid="new-invite-form"] [value="guest"]').click();
  await press(page, 'new-invite-submit');
  await shows(page, 'new-invite-form', /Choose at least one room/);
  await page.locator('[data-testid="guest-room"]').click();
  await page.select('[data-testid="new-invite-form"] [name="uses"]', '5');
  await page.select('[data-testid="new-invite-form"] [name="days"]', '30');
  await shot(page, 'invite');
  await inspect(page, 'admin-new-invite');
  await press(page, 'new-invite-submit');
  await part(page, 'new-invite-url');
  await shows(page, 'invites-row', /Guests[\s\S]*0 of 5/);
  await shot(page, 'invites');
  await press(page, 'invites-open');
  await press(page, 'revoke');
  await part(page, 'revoke-yes');
  await inspect(page, 'admin-invites');
  await press(page, 'revoke-yes');
  await shows(page, 'invites-row', /taken back/);
});

test('reports: counted at once, acted on in place, and settled', async () => {
  const { page } = ana;
  await open(page, 'reports');
  await shows(page, 'found', /Nothing is reported/);
  await inspect(page, 'admin-reports-none');
  const room = (await api('GET', 'overview')).rooms.find((/** @type {any} */ one) => one.name === 'general');
  const wrong = await apiOf(bo);
  const sent = await wrong('POST', `rooms/${room.id}/messages`, {
    client_id: crypto.randomUUID(),
    body: 'buy my boat, it is the best boat on this shore',
  });
  await (await apiOf(cy))('POST', `rooms/${room.id}/messages/${sent.number}/report`, {
    reason: 'advertising again',
  });
  await shows(page, 'open-reports', /^1/);
  await shows(page, 'report', /buy my boat[\s\S]*advertising again/);
  await shot(page, 'reports');
  await inspect(page, 'admin-reports');
  await press(page, 'report-mute');
  await part(page, 'mute-form');
  await page.keyboard.press('Escape');
  await gone(page, 'mute-form');
  await press(page, 'report-delete');
  await shows(page, 'report', /The message is deleted/);
  await press(page, 'report-acted');
  await gone(page, 'open-reports');
  await page.select('[data-testid="filter-settled"]', 'yes');
  await shows(page, 'report', /Something was done[\s\S]*Settled by ana/);
});

test('those who look after a room see its reports from the room', async () => {
  const { rooms, users } = await api('GET', 'overview');
  const room = rooms.find((/** @type {any} */ one) => one.name === 'general');
  const known = users.find((/** @type {any} */ one) => one.username === 'cy');
  await api('PATCH', `rooms/${room.id}/members/${known.id}`, { role: 'moderator' });
  const sent = await (await apiOf(bo))('POST', `rooms/${room.id}/messages`, {
    client_id: crypto.randomUUID(),
    body: 'the boat is still for sale',
  });
  await api('POST', `rooms/${room.id}/messages/${sent.number}/report`, { reason: 'once more' });
  const { page } = cy;
  await page.bringToFront();
  await page.goto(`${server.url}/rooms/${room.id}`);
  await press(page, 'room-menu');
  await press(page, 'room-reports');
  await shows(page, 'report', /still for sale/);
  await inspect(page, 'room-reports');
  await press(page, 'report-dismissed');
  await shows(page, 'found', /Nothing is reported/);
  await page.keyboard.press('Escape');
});

test('live connections: who is there, and one of them ended', async () => {
  const { page } = ana;
  await open(page, 'connections');
  await shows(page, 'connections-row', /@ana/);
  await shot(page, 'connections');
  await find(page, 'connections-search', 'no such name');
  await finds(page, /Nobody of this name/);
  await find(page, 'connections-search', 'cy');
  await shows(page, 'connections-row', /@cy[\s\S]*stream/);
  assert.doesNotMatch((await rowsOf(page, 'connections')).join('\n'), /@ana/);
  await press(page, 'connections-open');
  await press(page, 'end-connection');
  await part(page, 'end-connection-yes');
  await page.locator('[data-testid="end-connection-reason"]').fill('left signed in at the library');
  await inspect(page, 'admin-connections');
  const ended = await page.$eval('tr[data-open="true"]', (row) => row.getAttribute('data-id') ?? '');
  await press(page, 'end-connection-yes');
  await page.waitForSelector(`tr[data-id="${ended}"]`, { hidden: true });
  await cy.page.bringToFront();
  await part(cy.page, 'sign-in-form');
  await signIn(cy.page, server.url, 'cy');
  await shows(
    cy.page,
    'decision',
    /ana.* signed you out in one browser\. Reason: .*left signed in at the library/,
  );
  await press(cy.page, 'decisions-seen');
});

test('the audit log: a sentence for each act, found by filters, and as a file', async () => {
  const { page } = ana;
  await open(page, 'audit');
  await shows(page, 'audit-entry', /ana signed cy out in one browser\./);
  await shows(page, 'audit-entry', /ana suspended bo\.[\s\S]*Reason: advertising/);
  await shows(page, 'audit-entry', /bo set a new password with a link\./);
  await shows(page, 'audit-entry', /signed cy out[\s\S]*browser(?!Mozilla)[\s\S]*Chrome on Linux/);
  await shows(page, 'audit-entry', /ana made an invitation\.[\s\S]*rooms\s*general/);
  await page.locator('[data-testid="audit-entry"] details summary').click();
  await shows(page, 'audit-entry', /Chrome on Linux[\s\S]*Mozilla\/5\.0/);
  await shot(page, 'audit');
  await inspect(page, 'admin-audit');
  await page.select('[data-testid="filter-action"]', 'user-suspended');
  await finds(page, /^1 entry$/);
  await page.select('[data-testid="filter-action"]', '');
  await page.type('[data-testid="audit-user"]', 'bo');
  await shows(page, 'audit-user-option', /@bo/);
  await page.keyboard.press('Enter');
  await page.waitForFunction(() =>
    document.querySelector('[data-testid="audit-csv"]')?.getAttribute('href')?.includes('user='),
  );
  const href = await page.$eval(
    '[data-testid="audit-csv"]',
    (e) => /** @type {HTMLAnchorElement} */ (e).href,
  );
  const { type, text } = await page.evaluate(async (url) => {
    const answer = await fetch(url);
    return { type: answer.headers.get('content-type'), text: await answer.text() };
  }, href);
  assert.match(type ?? '', /^text\/csv/);
  assert.match(text, /user-suspended/);
  assert.doesNotMatch(text, /invite-made/);
  await find(page, 'audit-search', 'no such reason');
  await finds(page, /Nothing matches/);
});

test('settings: each says what it brings about, and only what changed is sent', async () => {
  const { page } = ana;
  const { rooms } = await api('GET', 'overview');
  const general = rooms.find((/** @type {any} */ one) => one.name === 'general');
  await cy.page.bringToFront();
  await cy.page.goto(`${server.url}/rooms/${general.id}`);
  await part(cy.page, 'room-intro');
  assert.equal(await cy.page.$('[data-testid="room-kept"]'), null);
  await open(page, 'settings');
  await part(page, 'settings-form');
  await shot(page, 'settings');
  await inspect(page, 'admin-settings');
  await page.select('[data-testid="settings-form"] [name="retention_days"]', '90');
  await submit(page, 'settings-form', { flood_messages: '0' });
  await page.waitForSelector('[data-testid="settings-form"] [name="flood_messages"][aria-invalid="true"]');
  await submit(page, 'settings-form', { flood_messages: '15', flood_seconds: '5' });
  await shows(page, 'toasts', /Saved/);
  const { retention_days, flood_messages, flood_seconds } = await api('GET', 'admin/settings');
  assert.deepEqual(
    { retention_days, flood_messages, flood_seconds },
    {
      retention_days: 90,
      flood_messages: 15,
      flood_seconds: 5,
    },
  );
  // Pages that are open learn of it at once.
  await shows(cy.page, 'room-kept', /kept for 90 days/);
});

test('a role is given, and the account closed and opened', async () => {
  const { page } = ana;
  await opensPerson('cy');
  await page.locator('[data-testid="role-form"] [value="admin"]').click();
  await press(page, 'role-submit');
  await shows(page, 'people-row', /@cy[\s\S]*admin/);
  await confirm(page, 'deactivate');
  await shows(page, 'people-row', /@cy[\s\S]*deactivated/);
  await confirm(page, 'reactivate');
  await shows(page, 'people-row', /@cy[\s\S]*active/);
});

test('the workspace is handed over, with a password', async () => {
  const { page } = ana;
  await opensPerson('bo');
  await press(page, 'hand-over');
  await part(page, 'hand-over-form');
  await inspect(page, 'admin-hand-over');
  await submit(page, 'hand-over-form', { password: 'not mine' });
  await page.waitForSelector('[data-testid="hand-over-form"] [aria-invalid="true"]');
  await submit(page, 'hand-over-form', { password });
  await gone(page, 'hand-over-form');
  await shows(page, 'people-row', /@bo[\s\S]*owner/);
  assert.equal((await api('GET', 'overview')).me.role, 'admin');
});

test('on a phone: the parts, then one of them', async () => {
  const { page } = ana;
  await page.setViewport({ width: 390, height: 844 });
  await page.goto(`${server.url}/administration`);
  await part(page, 'admin-people');
  await shot(page, 'phone');
  await press(page, 'admin-people');
  await part(page, 'people-row');
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  assert.equal(wide, false);
  await press(page, 'admin-up');
  await part(page, 'admin-rooms');
  await page.setViewport({ width: 1440, height: 900 });
});

test('nothing went wrong on any page', () => {
  assert.deepEqual(
    [ana, bo, cy].flatMap(({ problems }) => problems),
    [],
  );
});

/** The hook of what has the focus. @param {Page} page */
const focused = (page) => page.evaluate(() => document.activeElement?.getAttribute('data-testid'));

/** The hooks of the entries of the menu that is open. @param {Page} page */
const entriesOf = (page) =>
  page.$$eval('[role="menu"] [role^="menuitem"]', (found) =>
    found.map((one) => one.getAttribute('data-testid')),
  );

/** Opens somebody in the list of people. @param {string} username */
async function opensPerson(username) {
  const { page } = ana;
  await open(page, 'people');
  await find(page, 'people-search', username);
  await finds(page, /^\d+ (people|person)$/);
  const row = await page.waitForSelector(`[data-testid="people-row"] ::-p-text(@${username})`);
  assert.ok(row);
  await row.evaluate((found) =>
    found.closest('[data-testid="people-row"]')?.querySelector('button')?.click(),
  );
  await part(page, 'people-detail');
}
