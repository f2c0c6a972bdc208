// Four people in one workspace, and what those who look after its rooms do on the page.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { launchChromium, newPerson } from './browser.mjs';
import { gone, invite, opened, part, press, setUp, shows, signUp } from './people.mjs';
import { Server } from './server.mjs';

/** @typedef {import('puppeteer-core').Page} Page */
/** @typedef {(method: string, path: string, body?: object) => Promise<any>} Api */
/** @typedef {Awaited<ReturnType<typeof newPerson>> & {api: Api, id: number}} Member */

// What the tests of a file have in common, from before its first one on; see crew.
export const server = new Server();
/** The owner of the workspace. @type {Member} */ export let ana;
/** Whose rooms they are. @type {Member} */ export let bo;
/** @type {Member} */ export let cy;
/** A guest. @type {Member} */ export let gus;
/** The room of all four. @type {number} */ export let harbour;

/**
 * Gives the tests of a file a chatd, a browser and the four in it, until they are over.
 * @param {() => Promise<unknown>} begin what comes before the first test
 */
export function crew(begin) {
  /** @type {import('puppeteer-core').Browser} */ let browser;
  before(async () => {
    await server.start();
    browser = await launchChromium();
    ({ ana, bo, cy, gus, harbour } = await gather(server, browser));
    await begin();
  });
  after(async () => {
    await browser?.close(); // not there when chatd has not come up
    await server.dispose();
  });
}

/**
 * Ana owns the workspace; bo and cy are members; gus is a guest in the room "harbour", which is bo's and in which all are.
 * @param {Server} server @param {import('puppeteer-core').Browser} browser
 */
export async function gather(server, browser) {
  const [ana, bo, cy, gus] = /** @type {Member[]} */ (
    await Promise.all(['ana', 'bo', 'cy', 'gus'].map(() => newPerson(browser)))
  );
  assert.ok(ana && bo && cy && gus);
  await setUp(ana.page, server.url, { name: 'ana' });
  const link = await invite(ana.page);
  await known(server, ana);
  await Promise.all([
    signUp(bo.page, link, 'bo').then(() => known(server, bo)),
    signUp(cy.page, link, 'cy').then(() => known(server, cy)),
  ]);
  const harbour = await roomOf(bo, 'harbour', [ana, cy]);
  const { url } = await ana.api('POST', 'invites', { role: 'guest', room_ids: [harbour] });
  await signUp(gus.page, url, 'gus');
  await known(server, gus);
  return { ana, bo, cy, gus, harbour, link };
}

/** @param {Server} server @param {Member} person who has just come in */
async function known(server, person) {
  person.api = await apiOf(server, person);
  person.id = (await person.api('GET', 'me')).id;
}

/** The API in somebody's name, for what a test needs and is not about. @param {Server} server @param {Pick<Member, 'context'>} person @returns {Promise<Api>} */
export async function apiOf(server, { context }) {
  const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  return async (method, path, body) => {
    const answer = await fetch(`${server.url}/api/v1/${path}`, {
      method,
      headers: { cookie, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    assert.ok(answer.ok, `${method} ${path} was answered ${answer.status}: ${text}`);
    return text === '' ? null : JSON.parse(text);
  };
}

/** A room of somebody's with others in it; its id. @param {Member} owner @param {string} name @param {Member[]} others @param {'public' | 'private'} [kind] @returns {Promise<number>} */
export async function roomOf(owner, name, others, kind = 'public') {
  const { id } = await owner.api('POST', 'rooms', { name, kind });
  for (const one of others) await owner.api('POST', `rooms/${id}/members`, { user_id: one.id });
  return id;
}

/** Opens a room on the screens of some. @param {number} room @param {string} name @param {Member[]} people */
export async function together(room, name, ...people) {
  for (const { page } of people) {
    await page.locator(`[data-testid="room-link"][data-room="${room}"]`).click();
    await opened(page, name);
  }
}

/** Opens an entry of the open room's menu. @param {Page} page @param {string} entry */
export async function roomMenu(page, entry) {
  await press(page, 'room-menu');
  await press(page, entry);
}

const form = '[data-testid="room-settings-form"]';

/** Opens the settings of the open room and enters something. @param {Page} page @param {Record<string, string | boolean>} wanted by the names of the fields */
export async function enterSettings(page, wanted) {
  await roomMenu(page, 'room-settings');
  await part(page, 'room-settings-form');
  for (const [name, value] of Object.entries(wanted)) {
    if (typeof value === 'boolean') await page.locator(`${form} [name="${name}"]`).click();
    else if (await page.$(`${form} select[name="${name}"]`)) {
      await page.select(`${form} select[name="${name}"]`, value);
    } else if (await page.$(`${form} [name="${name}"][type="radio"]`)) {
      await page.locator(`${form} [name="${name}"][value="${value}"]`).click();
    } else await page.locator(`${form} [name="${name}"]`).fill(value);
  }
}

/** Changes settings of the open room. @param {Page} page @param {Record<string, string | boolean>} wanted true presses a box */
export async function setRoom(page, wanted) {
  await enterSettings(page, wanted);
  await press(page, 'room-settings-submit');
  await gone(page, 'room-settings-dialog');
}

/** Waits until a room is in the sidebar, or not, by its name. @param {Page} page @param {string} name @param {boolean} [there] */
export const listed = (page, name, there = true) =>
  page.waitForFunction(
    (wanted, is) =>
      [...document.querySelectorAll('[data-testid="room-link"] .room-name')].some(
        (one) => one.textContent === wanted,
      ) === is,
    {},
    name,
    there,
  );

/** What stands in a part of the page. @param {Page} page @param {string} id */
export const textOf = (page, id) =>
  page.$eval(`[data-testid="${id}"]`, (one) => /** @type {HTMLElement} */ (one).innerText);

/** What is typed in a field. @param {Page} page @param {string} selector */
export const typedIn = (page, selector) =>
  page.$eval(selector, (field) => /** @type {HTMLInputElement} */ (field).value);

/** Waits until the page says something in passing. @param {Page} page @param {string} words */
export const hears = (page, words) => page.waitForSelector(`[data-testid="toasts"] ::-p-text(${words})`);

/** The entries of the audit log about a room with some action, the newest first. @param {Member} owner @param {string} action @param {number} room @returns {Promise<any[]>} */
export const logged = async (owner, action, room) =>
  (await owner.api('GET', `audit?action=${action}&room=${room}`)).entries;

/** Opens the menu beside a member of the open room and chooses an entry. @param {Page} page @param {number} user @param {string} entry */
export async function onMember(page, user, entry) {
  if (!(await page.$('[data-testid="members"]'))) await press(page, 'members-button');
  const line = `.member-line[data-entry="${user}"]`;
  await page.locator(`${line} [data-testid="member-menu"]`).click();
  await page.locator(`${line} [data-testid="${entry}"]`).click();
}

/** Opens the menu of a message and chooses an entry. @param {Page} page @param {string} text @param {string} entry */
export async function onMessage(page, text, entry) {
  const number = await page.$$eval(
    '[data-testid="message"][data-number]',
    (rows, wanted) =>
      rows
        .findLast((row) => row.querySelector('[data-testid="message-body"]')?.textContent === wanted)
        ?.getAttribute('data-number'),
    text,
  );
  const row = `[data-testid="message"][data-number="${number}"]`;
  await page.locator(row).hover();
  await page.locator(`${row} [data-testid="message-menu"]`).click();
  await press(page, entry);
}

/** Waits until somebody is told what was decided about them, and reads it. @param {Page} page @param {RegExp} words */
export async function isTold(page, words) {
  await shows(page, 'decisions', words);
  await press(page, 'decisions-seen');
  await gone(page, 'decisions');
}

/**
 * Keeps the next request of a kind on its way until it may go on, as a slow network does.
 * @param {Page} page @param {string} method @param {RegExp} path
 */
export async function slow(page, method, path) {
  /** @type {() => void} */ let arrived = () => {};
  const sent = new Promise((resolve) => {
    arrived = () => resolve(undefined);
  });
  /** @type {import('puppeteer-core').HTTPRequest | undefined} */ let held;
  /** @param {import('puppeteer-core').HTTPRequest} request */
  const look = (request) => {
    if (held || request.method() !== method || !path.test(request.url())) {
      void request.continue();
      return;
    }
    held = request;
    arrived();
  };
  page.on('request', look);
  await page.setRequestInterception(true);
  return {
    /** It is on its way. */
    sent,
    async letGo() {
      await held?.continue();
      page.off('request', look);
      await page.setRequestInterception(false);
    },
  };
}
