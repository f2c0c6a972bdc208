// Accounts and rights: what people set for themselves, and how the page follows what they may do.
import assert from 'node:assert/strict';
import { newPerson, picture } from './lib/browser.mjs';
import { testUnderEachName } from './lib/names.mjs';
import {
  close,
  confirm,
  createRoom,
  gone,
  invite,
  menu,
  opened,
  part,
  password,
  press,
  say,
  sees,
  settings,
  setUp,
  shows,
  signIn,
  signUp,
  submit,
  takesKeys,
} from './lib/people.mjs';

/** @typedef {import('puppeteer-core').Page} Page */

const secondPassword = 'battery staple correct';

testUnderEachName('people look after their own account', async (_t, { browser, url, code }) => {
  const ana = await newPerson(browser);
  await setUp(ana.page, url, { name: 'ana', code });
  const bo = await newPerson(browser);
  await signUp(bo.page, await invite(ana.page), 'bo');
  const elsewhere = await newPerson(browser);
  await signIn(elsewhere.page, url, 'bo');

  // A changed password signs the other browser out, and says so on both screens.
  await settings(bo.page, 'password');
  await submit(bo.page, 'password-form', { current_password: 'not it', new_password: secondPassword });
  await bo.page.waitForSelector(
    '[data-testid="password-form"] [name="current_password"][aria-invalid="true"]',
  );
  await submit(bo.page, 'password-form', { current_password: password, new_password: secondPassword });
  await shows(bo.page, 'password-done', /1 other browser was signed out/);
  await shows(elsewhere.page, 'sign-in-notice', /password was changed/);
  await close(bo.page);
  await say(bo.page, 'still here');
  await sees(ana.page, 'still here');

  // The list of browsers ends one of them.
  await signIn(elsewhere.page, url, 'bo', secondPassword);
  await settings(bo.page, 'sessions');
  await bo.page.waitForSelector('[data-testid="session"][data-current="true"]');
  const others = await bo.page.$$('[data-testid="session"][data-current="false"]');
  assert.equal(others.length, 1, 'the browser that was signed out is not in the list');
  await confirm(bo.page, 'end-session');
  await shows(elsewhere.page, 'sign-in-notice', /signed out/);
  await bo.page.waitForSelector('[data-testid="session"][data-current="false"]', { hidden: true });
  await close(bo.page);

  // An access token made on the page works in a script until it is revoked.
  await settings(bo.page, 'tokens');
  const [id, secret] = await makeToken(bo.page, 'robot', 'read-write');
  const example = await contentOf(bo.page, 'token-example');
  assert.ok(
    example.startsWith('curl ') && example.includes(secret) && example.includes(`${url}/api/v1/rooms/`),
  );
  const api = `http://127.0.0.1:${new URL(url).port}/api/v1`;
  const overview = await (await call(`${api}/overview`, secret)).json();
  const posted = await call(`${api}/rooms/${overview.rooms[0].id}/messages`, secret, { body: 'beep' });
  assert.equal(posted.status, 201, await posted.text());
  await sees(ana.page, 'beep');
  const [, reader] = await makeToken(bo.page, 'reader', 'read');
  assert.equal((await call(`${api}/overview`, reader)).status, 200);
  const refused = await call(`${api}/rooms/${overview.rooms[0].id}/messages`, reader, { body: 'no' });
  assert.equal(refused.status, 403);
  await confirm(bo.page, 'revoke-token', `[data-token="${id}"]`);
  await bo.page.waitForSelector(`[data-token="${id}"]`, { hidden: true });
  assert.equal((await call(`${api}/overview`, secret)).status, 401);
  await close(bo.page);

  // The back button closes the settings, and an address leads into them.
  const where = bo.page.url();
  await settings(bo.page, 'password');
  await bo.page.evaluate(() => history.back());
  await gone(bo.page, 'settings-dialog');
  assert.equal(bo.page.url(), where);
  await bo.page.goto(`${url}/#settings/account`);
  await part(bo.page, 'section-account');

  // What somebody is called changes on the other screens.
  await submit(bo.page, 'account-form', { display_name: 'Bo the builder' });
  await shows(ana.page, 'message-author', /^Bo the builder$/);
  await close(bo.page);
  assert.deepEqual([...ana.problems, ...bo.problems, ...elsewhere.problems], []);
});

testUnderEachName('the page follows what people may do', async (_t, { browser, url, code }) => {
  const ana = await newPerson(browser);
  await setUp(ana.page, url, { name: 'ana', code });
  const bo = await newPerson(browser);
  await signUp(bo.page, await invite(ana.page), 'bo');
  await createRoom(ana.page, 'public', 'library');
  const cem = await newPerson(browser);
  await signUp(cem.page, await inviteGuest(ana.page, 'library'), 'cem');

  // A guest sees the room of the invite, and no way to others.
  await opened(cem.page, 'library');
  assert.deepEqual(await cem.page.$$eval('[data-testid="room-list"] a', (found) => found.length), 1);
  for (const id of ['browse-rooms', 'create-room'])
    assert.equal(await cem.page.$(`[data-testid="${id}"]`), null);
  await picture(cem.page, `guest-${new URL(url).hostname}`);

  // Neither the settings nor an address lead to what somebody may not change.
  for (const { page } of [bo, cem]) {
    await page.bringToFront();
    await page.goto(`${url}/#settings`);
    await part(page, 'section-appearance');
    assert.equal(await page.$('[data-testid="settings-administration"]'), null);
    await page.goto(`${url}/administration/settings`);
    await part(page, 'part-settings');
    assert.equal(await page.$('[data-testid="settings-form"]'), null);
    await press(page, 'leave-administration');
    await part(page, 'composer');
  }

  // A room becomes read-only under somebody's hands; what they were writing waits for them.
  await cem.page.bringToFront();
  await cem.page.locator('[data-testid="composer"]').fill('half a thou');
  await ana.page.bringToFront();
  await roomMenu(ana.page, 'room-settings');
  await ana.page.locator('[data-testid="room-settings-form"] [name="state"][value="read-only"]').click();
  await submit(ana.page, 'room-settings-form', {});
  await shows(cem.page, 'read-only-note', /read-only.*draft/);
  await gone(cem.page, 'composer');
  await say(ana.page, 'hear, hear');
  await sees(cem.page, 'hear, hear');
  await press(ana.page, 'members-button');
  await memberMenu(ana.page, 'cem', 'make-moderator');
  await part(cem.page, 'composer');
  assert.equal(await contentOf(cem.page, 'composer'), 'half a thou');
  await shows(ana.page, 'members', /guest · moderator/);

  // Roles in the workspace change what a page offers, at once.
  await givesRole(ana.page, 'cem', 'member');
  await part(cem.page, 'browse-rooms');
  await givesRole(ana.page, 'bo', 'admin');
  await menu(bo.page, 'people');
  await part(bo.page, 'managed-people');
  await close(bo.page);
  // What was typed stays when the right is lost meanwhile; the way back to it is gone.
  await press(bo.page, 'members-button');
  await part(bo.page, 'member-menu');
  await workspaceSettings(bo.page);
  await bo.page.locator('[data-testid="settings-form"] [name="name"]').fill('Half a na');
  await givesRole(ana.page, 'bo', 'member');
  await bo.page.bringToFront();
  await gone(bo.page, 'admin-settings');
  assert.equal(await fieldOf(bo.page, 'settings-form', 'name'), 'Half a na');
  await press(bo.page, 'leave-administration');
  await part(bo.page, 'composer');
  await press(bo.page, 'user-menu');
  await part(bo.page, 'settings');
  assert.equal(await bo.page.$('[data-testid="people"]'), null);
  await takesKeys(bo.page);
  await bo.page.keyboard.press('Escape');

  // Whoever is removed from a room has it taken off the screen.
  await ana.page.bringToFront();
  await memberMenu(ana.page, 'cem', 'remove-member');
  await press(ana.page, 'remove-member-submit');
  await part(cem.page, 'room-preview');

  // Sign-up is closed until somebody opens it.
  const dee = await newPerson(browser);
  await dee.page.goto(`${url}/sign-up`);
  await part(dee.page, 'sign-up-closed');
  // Saving that alone does not put back a name that was changed elsewhere meanwhile.
  await workspaceSettings(ana.page);
  for (const name of ['Ubuntu', 'Ubuntu help'])
    await ana.page.locator('[data-testid="settings-form"] [name="name"]').fill(name);
  assert.equal(await changeElsewhere(ana.page, 'workspace', { name: 'Open house' }), 200);
  await ana.page.waitForFunction(() => document.title.endsWith('Open house'));
  await ana.page.locator('[name="sign_up"][value="open"]').click();
  await submit(ana.page, 'settings-form', {});
  await shows(ana.page, 'toasts', /Saved/);
  assert.equal(await fieldOf(ana.page, 'settings-form', 'name'), 'Open house');
  await submit(ana.page, 'settings-form', { name: 'Our open house' });
  await shows(bo.page, 'sidebar', /Our open house/);
  await press(ana.page, 'leave-administration');
  await part(ana.page, 'composer');
  await dee.page.goto(`${url}/sign-in`);
  await press(dee.page, 'create-account');
  await submit(dee.page, 'sign-up-form', { username: 'dee', display_name: 'dee', password });
  await part(dee.page, 'composer');

  // Whoever is deactivated is out at once, and told why.
  await managing(ana.page, 'bo');
  await confirm(ana.page, 'deactivate');
  await part(ana.page, 'reactivate');
  await close(ana.page);
  await shows(bo.page, 'sign-in-notice', /deactivated/);
  await submit(bo.page, 'sign-in-form', { login: 'bo', password });
  await part(bo.page, 'form-problem');
  await press(ana.page, 'new-message');
  await ana.page.locator('[data-testid="people-search"]').fill('bo');
  await shows(ana.page, 'new-message-dialog', /Nobody matches/);
  await close(ana.page);
  assert.deepEqual(
    [ana, bo, cem, dee].flatMap((person) => person.problems),
    [],
  );
});

/**
 * Makes an access token on the page.
 * @param {Page} page @param {string} name @param {'read' | 'read-write'} scope
 * @returns {Promise<[string, string]>} its id and its secret
 */
async function makeToken(page, name, scope) {
  await page.locator(`[data-testid="token-form"] [name="scope"][value="${scope}"]`).click();
  await submit(page, 'token-form', { name });
  await shows(page, 'made-token', new RegExp(`“${name}”`));
  const id = await page.$eval('[data-testid="token"]', (e) => e.getAttribute('data-token') ?? '');
  return [id, await contentOf(page, 'token-secret')];
}

/** @param {Page} page @param {string} id */
function contentOf(page, id) {
  return page.$eval(`[data-testid="${id}"]`, (e) =>
    e instanceof HTMLInputElement || e instanceof HTMLTextAreaElement ? e.value : (e.textContent ?? ''),
  );
}

/** What stands in a field. @param {Page} page @param {string} form @param {string} name */
function fieldOf(page, form, name) {
  return page.$eval(`[data-testid="${form}"] [name="${name}"]`, (e) =>
    e instanceof HTMLInputElement ? e.value : '',
  );
}

/**
 * Changes something as the person of a page does elsewhere.
 * @param {Page} page @param {string} what @param {object} change @returns {Promise<number>} the status
 */
function changeElsewhere(page, what, change) {
  return page.evaluate(
    async (path, body) => {
      const headers = { 'Content-Type': 'application/json' };
      return (await fetch(path, { method: 'PATCH', headers, body })).status;
    },
    `/api/v1/${what}`,
    JSON.stringify(change),
  );
}

/** A request of a script. @param {string} address @param {string} token @param {object} [body] */
function call(address, token, body) {
  return fetch(address, {
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
  });
}

/** Makes an invite link for guests of a room. @param {Page} page @param {string} room */
async function inviteGuest(page, room) {
  await menu(page, 'invites');
  await page.locator('[data-testid="invite-form"] [value="guest"]').click();
  await page.locator(`[data-testid="guest-rooms"] ::-p-text(${room})`).click();
  await press(page, 'create-invite');
  await part(page, 'invite-url');
  const link = await contentOf(page, 'invite-url');
  await close(page);
  return link;
}

/** @param {Page} page @param {string} entry */
async function roomMenu(page, entry) {
  await press(page, 'room-menu');
  await press(page, entry);
}

/** Opens an entry of the menu beside a member. @param {Page} page @param {string} name @param {string} entry */
async function memberMenu(page, name, entry) {
  await page.locator(`aria/What to do about ${name}`).click();
  await press(page, entry);
}

/** Goes from the settings to those of the workspace. @param {Page} page */
async function workspaceSettings(page) {
  await menu(page, 'settings');
  await press(page, 'settings-administration');
  await press(page, 'admin-settings');
  await part(page, 'settings-form');
}

/** Opens the dialog about a person. @param {Page} page @param {string} name */
async function managing(page, name) {
  await menu(page, 'people');
  await page.locator(`[data-testid="managed-person"] ::-p-text(@${name})`).click();
  await part(page, 'manage-person');
}

/** Gives somebody another role in the workspace. @param {Page} page @param {string} name @param {string} role */
async function givesRole(page, name, role) {
  await managing(page, name);
  await page.locator(`[data-testid="role-form"] [value="${role}"]`).click();
  await submit(page, 'role-form', {});
  await shows(page, 'toasts', new RegExp(`is now ${role}`));
  await close(page);
}
