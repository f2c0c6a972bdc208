// What others see of somebody: away, do not disturb, invisible, own words, typing.
import assert from 'node:assert/strict';
import { newPerson, newTab } from './lib/browser.mjs';
import { testInEachBrowser } from './lib/names.mjs';
import { Owner } from './lib/owner.mjs';
import {
  close,
  gone,
  listensBy,
  menu,
  part,
  password,
  press,
  say,
  sees,
  settings,
  shows,
  signOut,
  submit,
} from './lib/people.mjs';
import {
  again,
  api,
  changes,
  connected,
  enter,
  idleAfter,
  leases,
  Lookout,
  newcomer,
  touch,
  until,
} from './lib/presence.mjs';

/** @typedef {import('puppeteer-core').Page} Page */
/** @typedef {import('node:test').TestContext} TestContext */
/** @typedef {import('./lib/presence.mjs').Sighting} Sighting */

/** A time without input that stands for the five minutes, in seconds. */
const SOON = 2;

testInEachBrowser('others see how somebody is', async (t, { browser, server, host, url }) => {
  const owner = await Owner.setUp(server.url);
  const [boHere, cyHere] = [await newcomer(owner, 'bo'), await newcomer(owner, 'cy')];
  const bo = boHere.id;
  const [ana, desk] = [await newPerson(browser), await newPerson(browser)];
  await enter(ana.page, owner, url);
  const lookout = await Lookout.on(ana.page);
  await enter(desk.page, boHere, url);
  await lookout.state(bo, 'online');
  await lookout.notice('bo signed in');
  await lookout.all();
  // What does not depend on how the tabs of a browser agree is the same under any name.
  const once = async (/** @type {string} */ title, /** @type {(t: TestContext) => Promise<void>} */ step) => {
    if (host === 'localhost') await t.test(title, step);
  };

  await t.test('away when nothing was touched for a while, and back with the first key', async (t) => {
    await idleAfter(desk.page, SOON);
    await lookout.state(bo, 'away');
    const touched = Date.now();
    await touch(desk.page);
    const took = (await lookout.state(bo, 'online')) - touched;
    t.diagnostic(`back after ${took} ms`);
    assert.ok(took < 1_000, `it took ${took} ms`);
    onlyStates(await lookout.all(), bo, ['away', 'online']);
    await idleAfter(desk.page, null);
  });

  await once('with two devices away only when nobody is at either', async () => {
    const phone = await newPerson(browser);
    const boThere = await again(boHere);
    await enter(phone.page, boThere, url);
    await idleAfter(phone.page, null);
    const idle = async (/** @type {number} */ count) =>
      until(`${count} of two devices are idle`, async () => {
        const found = await leases(server, bo);
        return found.length === 2 && found.filter((one) => one.idle).length === count;
      });
    await idle(0);
    await idleAfter(desk.page, SOON);
    await idle(1);
    await idleAfter(phone.page, SOON);
    await idle(2);
    await lookout.state(bo, 'away');
    await touch(desk.page);
    await lookout.state(bo, 'online');
    await idleAfter(desk.page, null);
    await boThere.signOut();
    await part(phone.page, 'sign-in-form');
    await connected(server, bo, 1);
    onlyStates(await lookout.all(), bo, ['away', 'online']);
    assert.deepEqual(phone.problems, []);
    await phone.context.close();
  });

  await t.test('with two tabs the same', async () => {
    const second = await newTab(desk.context);
    await second.page.goto(url);
    await part(second.page, 'composer');
    await idleAfter(second.page, SOON);
    await desk.page.bringToFront();
    await idleAfter(desk.page, SOON);
    await lookout.state(bo, 'away');
    onlyStates(await lookout.all(), bo, ['away']);
    await second.page.bringToFront();
    await idleAfter(second.page, null);
    await lookout.state(bo, 'online');
    onlyStates(await lookout.all(), bo, ['online']);
    await idleAfter(second.page, SOON);
    await lookout.state(bo, 'away');
    await desk.page.bringToFront();
    await idleAfter(desk.page, null);
    await lookout.state(bo, 'online');
    onlyStates(await lookout.all(), bo, ['away', 'online']);
    assert.deepEqual(second.problems, []);
    await second.page.close();
  });

  await once('do not disturb as long as it is chosen, idle or not', async () => {
    await menu(desk.page, 'choose-do-not-disturb');
    await press(desk.page, 'do-not-disturb-hour');
    await lookout.state(bo, 'do-not-disturb');
    await shows(desk.page, 'connection-state', /Do not disturb until/);
    await idleAfter(desk.page, SOON);
    await until('the device is idle', async () => (await leases(server, bo)).every((one) => one.idle));
    await idleAfter(desk.page, null);
    await menu(desk.page, 'choose-automatic');
    await lookout.state(bo, 'online');
    onlyStates(await lookout.all(), bo, ['do-not-disturb', 'online']);
  });

  await t.test('invisible looks like gone, wherever one looks', async () => {
    await menu(desk.page, 'choose-invisible');
    await lookout.state(bo, 'offline');
    await lookout.notice('bo went offline');
    await lookout.all();
    const gone = await seenBy(owner, bo);
    const before = await changes(server);
    assert.equal(gone.profile.state, 'offline');

    // The same as of somebody who has been here and is gone.
    const cy = await newPerson(browser);
    await enter(cy.page, cyHere, url);
    await lookout.notice('cy signed in');
    await signOut(cy.page);
    await lookout.notice('cy signed out');
    await cy.context.close();
    const away = await seenBy(owner, cyHere.id);
    assert.deepEqual(shape(gone), shape(away));
    const rows = await ana.page.$$eval('[data-testid="members-offline"] [data-testid="member"]', (found) =>
      found.map((row) => Number(row.getAttribute('data-user'))),
    );
    assert.deepEqual(rows.sort(), [bo, cyHere.id].sort());
    const cards = [await card(ana.page, bo), await card(ana.page, cyHere.id)];
    assert.deepEqual(
      cards.map(({ state, words }) => [state, /^Last seen/.test(words)]),
      [
        ['offline', true],
        ['offline', true],
      ],
    );
    await lookout.all();

    // Typing, writing, a reload, signing out and in: nothing tells that bo is here.
    const told = desk.page.waitForResponse((answer) => answer.url().endsWith('/comet/control'));
    await desk.page.type('[data-testid="composer"]', 'from nowhere');
    await told;
    await say(desk.page, 'from nowhere');
    await sees(ana.page, 'from nowhere');
    await desk.page.reload();
    await listensBy(desk.page, 'iframe');
    await signOut(desk.page);
    await submit(desk.page, 'sign-in-form', { login: 'bo', password });
    await part(desk.page, 'composer');
    await listensBy(desk.page, 'iframe');
    await connected(server, bo, 1);
    assert.deepEqual(await seenBy(owner, bo), gone);
    const since = (await changes(server)).slice(before.length);
    assert.deepEqual(
      since.filter(({ user }) => user === bo),
      [],
    );

    await menu(desk.page, 'choose-automatic');
    await Promise.all([lookout.notice('bo signed in'), lookout.state(bo, 'online')]);
    const seen = (await lookout.all()).map(({ at: _, ...what }) => what);
    assert.deepEqual(seen.toSorted(byNotice), [{ notice: 'bo signed in' }, { user: bo, state: 'online' }]);
  });

  await once('their own words, until they take them back', async () => {
    await menu(desk.page, 'set-status');
    await press(desk.page, 'status-emoji-button');
    await pick(desk.page, 'headphone', '🎧');
    await desk.page.locator('[data-testid="status-form"] [name="text"]').fill('in the lab');
    await press(desk.page, 'status-submit');
    const sign = `[data-testid="members"] [data-user="${bo}"] [data-testid="status-emoji"]`;
    await ana.page.waitForSelector(`${sign}[aria-label="🎧 in the lab"]`);
    const { status, time } = await card(ana.page, bo);
    assert.match(status, /🎧\s*in the lab/);
    assert.match(time, /local time/);
    // Escape only closes the picker, which has chosen nothing; there can be none.
    await menu(desk.page, 'set-status');
    await press(desk.page, 'status-emoji-button');
    await part(desk.page, 'emoji-search');
    await desk.page.keyboard.press('Escape');
    await gone(desk.page, 'emoji-picker');
    await shows(desk.page, 'status-emoji-button', /^🎧$/);
    await press(desk.page, 'no-emoji');
    await press(desk.page, 'status-submit');
    await ana.page.waitForSelector(sign, { hidden: true });
    assert.match((await card(ana.page, bo)).status, /^in the lab$/);
    await menu(desk.page, 'set-status');
    await press(desk.page, 'clear-status');
    await ana.page.waitForSelector(sign, { hidden: true });
    onlyStates(await lookout.all(), bo, []);
  });

  await once('that they are typing, until they stop or have written', async (t) => {
    await desk.page.bringToFront();
    await desk.page.focus('[data-testid="composer"]');
    const begun = Date.now();
    await desk.page.keyboard.type('hm');
    const seen = await lookout.typing('bo is typing…');
    const stopped = Date.now();
    const over = await lookout.typing('');
    t.diagnostic(`seen after ${seen - begun} ms, over ${over - stopped} ms after the last key`);
    assert.ok(seen - begun < 1_000, `it was seen after ${seen - begun} ms`);
    assert.ok(over - stopped < 7_000, `it was over after ${over - stopped} ms`);
    await lookout.all();
    await desk.page.keyboard.type('m');
    await lookout.typing('bo is typing…');
    await desk.page.keyboard.press('Enter');
    await sees(ana.page, 'hmm');
    await ana.page.waitForFunction(
      () => document.querySelector('[data-testid="typing"]')?.textContent === '',
      { timeout: 1_000 },
    );
    await lookout.all();
  });

  await once('a device in the list of their own', async () => {
    await settings(desk.page, 'sessions');
    const live = '[data-testid="session"][data-current="true"] [data-testid="session-live"]';
    const words = await desk.page.waitForSelector(live).then((one) => one?.evaluate((e) => e.textContent));
    assert.match(String(words), /^Connected · stream( · \d+ ms)?$/);
    await close(desk.page);
  });

  await once('and no lines about it where they are hidden', async () => {
    await settings(ana.page, 'notices');
    await ana.page.locator('[data-testid="section-notices"] input[value="hide"]').click();
    await close(ana.page);
    await ana.page.waitForFunction(() => !document.querySelector('[data-testid="notice"]'));
    await lookout.all();
    await signOut(desk.page);
    await lookout.state(bo, 'offline');
    onlyStates(await lookout.all(), bo, ['offline']);
  });

  assert.deepEqual([...ana.problems, ...desk.problems], []);
});

/** Wants nothing to have been seen but these states of somebody. @param {Sighting[]} seen @param {number} user @param {string[]} states */
function onlyStates(seen, user, states) {
  assert.deepEqual(
    seen.map(({ at: _, ...what }) => what),
    states.map((state) => ({ user, state })),
  );
}

/** Notices come first. @param {Partial<Sighting>} a @param {Partial<Sighting>} b */
const byNotice = (a, b) => Number(a.notice === undefined) - Number(b.notice === undefined);

/** Finds an emoji and takes it. @param {Page} page @param {string} name @param {string} emoji */
async function pick(page, name, emoji) {
  await page.locator('[data-testid="emoji-search"]').fill(name);
  await page.locator(`[data-testid="emoji-one"] ::-p-text(${emoji})`).click();
  await gone(page, 'emoji-picker');
}

/** What the API tells somebody of another. @param {Owner} viewer @param {number} user */
async function seenBy(viewer, user) {
  const profile = await api(viewer, 'GET', `/users/${user}`);
  const { members, here_total: here } = await api(viewer, 'GET', `/rooms/${viewer.room.id}/members`);
  const { users } = await api(viewer, 'GET', '/users');
  const of = (/** @type {any[]} */ list) => list.find(({ id }) => id === user);
  return { profile, member: of(members), person: of(users), here };
}

/** The names of all that is told. @param {object} told @returns {string[]} */
const shape = (told) =>
  Object.entries(told).flatMap(([name, value]) =>
    value !== null && typeof value === 'object' ? shape(value).map((inner) => `${name}.${inner}`) : [name],
  );

/** What the card of somebody says. @param {Page} page @param {number} user */
async function card(page, user) {
  await page.bringToFront();
  await page.locator(`[data-testid="members"] [data-testid="member"][data-user="${user}"]`).click();
  await part(page, 'profile-card');
  await page.waitForSelector('[data-testid="profile-time"]');
  const found = await page.$eval('[data-testid="profile-card"]', (card) => {
    const words = (/** @type {string} */ id) =>
      card.querySelector(`[data-testid="profile-${id}"]`)?.textContent?.trim() ?? '';
    const state = card.querySelector('[data-testid="profile-state"]')?.getAttribute('data-state');
    return { state, words: words('state'), status: words('status'), time: words('time') };
  });
  await page.keyboard.press('Escape');
  await page.waitForSelector('dialog', { hidden: true });
  return found;
}
