// Who is here: as a page shows it, and as the database has it.
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { Owner } from './owner.mjs';
import { listensBy, part, password, press } from './people.mjs';
import { rows } from './postgres.mjs';

/** @typedef {import('puppeteer-core').Page} Page */
/** @typedef {import('./server.mjs').Server} Server */

/**
 * Something that a page has begun to show: that somebody is in a state, a notice, or who is typing. `at` is in milliseconds
 * since 1970.
 * @typedef {{at: number, user?: number, state?: string, notice?: string, typing?: string}} Sighting
 */

/** What a call of the API answers. @param {Owner} person @param {string} method @param {string} path @param {object} [body] */
export async function api(person, method, path, body) {
  const answer = await fetch(`${person.url}/api/v1${path}`, {
    method,
    headers: { 'Content-Type': 'application/json', Cookie: person.cookie },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path} was answered ${answer.status}: ${text}`);
  return text === '' ? null : JSON.parse(text);
}

/** The token of a new invite. @param {Owner} owner @returns {Promise<string>} */
async function token(owner) {
  const { url } = await api(owner, 'POST', '/invites', {});
  return url.split('/').pop();
}

/** Somebody who joins the workspace through the API. @param {Owner} owner @param {string} name */
export async function newcomer(owner, name) {
  return signUp(owner, name, await token(owner));
}

/** So many people at once, in the order of their names. The server must trust us to say where each comes from: one address makes a few accounts a minute. @param {Owner} owner @param {number} count */
export async function newcomers(owner, count) {
  const invite = await token(owner);
  const names = Array.from({ length: count }, (_, i) => `person ${String(i).padStart(3, '0')}`);
  /** @type {Awaited<ReturnType<typeof signUp>>[]} */
  const people = [];
  let next = 0;
  const work = async () => {
    for (let i = next++; i < count; i = next++) {
      people[i] = await signUp(owner, names[i] ?? '', invite, { 'X-Forwarded-For': `203.0.113.${i + 1}` });
    }
  };
  await Promise.all([work(), work(), work(), work()]);
  return people;
}

/** @param {Owner} owner @param {string} name @param {string} invite @param {Record<string, string>} [headers] */
async function signUp(owner, name, invite, headers = {}) {
  const account = { username: name.replace(' ', '-'), display_name: name, password, invite };
  const answer = await fetch(`${owner.url}/api/v1/sign-up`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(account),
  });
  assert.equal(answer.status, 201, await answer.text());
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const person = new Owner(owner.url, cookie, owner.room);
  const { id } = await api(person, 'GET', '/me');
  return Object.assign(person, { id: Number(id), name });
}

/** The same person on another device: signed in once more. @template {Owner & {name: string}} P @param {P} person @returns {Promise<P>} */
export async function again(person) {
  const answer = await fetch(`${person.url}/api/v1/sign-in`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ login: person.name, password }),
  });
  assert.equal(answer.status, 200, await answer.text());
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  return Object.assign(Object.create(Owner.prototype), person, { cookie });
}

/** Opens the page for somebody who is signed in. @param {Page} page @param {Owner} person @param {string} url */
export async function enter(page, person, url) {
  await person.lend(page.browserContext(), new URL(url).hostname);
  await page.goto(url);
  await listensBy(page, 'iframe');
}

/** Notes everything that a page shows of others from now on, and when. The list of members is opened for it. */
export class Lookout {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
    /** What was told before it is of no interest any more. */
    this.from = 0;
  }

  /** @param {Page} page */
  static async on(page) {
    await press(page, 'members-button');
    await part(page, 'members');
    await page.waitForSelector('[data-testid="members"] [data-testid="member"]');
    await page.evaluate(observe);
    const lookout = new Lookout(page);
    await lookout.all();
    return lookout;
  }

  /** What has been seen since this was asked last. @returns {Promise<Sighting[]>} */
  async all() {
    const seen = await this.page.evaluate(
      (from) => /** @type {any} */ (window).sightings.slice(from),
      this.from,
    );
    this.from += seen.length;
    return seen;
  }

  /** Waits until somebody is seen in a state, and returns when that was. @param {number} user @param {string} state */
  state(user, state, timeout = 20_000) {
    return this.#first({ user, state }, timeout);
  }

  /** Waits for a notice, word by word, and returns when it came. @param {string} notice */
  notice(notice, timeout = 20_000) {
    return this.#first({ notice }, timeout);
  }

  /** Waits until this is told of who is typing; an empty text for nobody. @param {string} typing */
  typing(typing, timeout = 10_000) {
    return this.#first({ typing }, timeout);
  }

  /** @param {Partial<Sighting>} wanted @param {number} timeout @returns {Promise<number>} */
  async #first(wanted, timeout) {
    const found = await this.page.waitForFunction(
      (wanted, from) =>
        /** @type {any} */ (window).sightings
          .slice(from)
          .find((/** @type {any} */ one) =>
            Object.entries(wanted).every(([key, value]) => one[key] === value),
          )?.at,
      { timeout, polling: 50 },
      wanted,
      this.from,
    );
    return Number(await found.jsonValue());
  }
}

/** Runs in the page. It looks after each change of the document, so that nothing is too short to be seen. */
function observe() {
  const here = /** @type {any} */ (window);
  here.sightings = [];
  /** @type {Map<string, string | null>} */
  const states = new Map();
  let told = 0;
  let typing = '';
  const words = (/** @type {Element | Node | null | undefined} */ node) =>
    (node?.textContent ?? '').replace(/[\u2066-\u2069]/g, '').trim();
  const look = () => {
    const at = Date.now();
    for (const row of document.querySelectorAll('[data-testid="member"][data-user]')) {
      const user = row.getAttribute('data-user') ?? '';
      const state = row.querySelector('[data-testid="presence"]')?.getAttribute('data-state') ?? null;
      if (states.get(user) === state) continue;
      if (states.has(user)) here.sightings.push({ at, user: Number(user), state });
      states.set(user, state);
    }
    const lines = [...document.querySelectorAll('[data-testid="notice"]')].flatMap((line) =>
      [...line.querySelectorAll(line.querySelector('details') ? 'details li' : 'p')].map((one) =>
        words(one.firstChild),
      ),
    );
    for (const notice of lines.slice(told)) here.sightings.push({ at, notice });
    told = lines.length;
    const writes = words(document.querySelector('[data-testid="typing"]'));
    if (writes !== typing) here.sightings.push({ at, typing: writes });
    typing = writes;
  };
  look();
  here.sightings = [];
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true });
}

/** The changes that others are told of, as the database has them. @param {Server} server @returns {Promise<{user: number, state: string, notice: string}[]>} */
export const changes = (server) =>
  rows(server, 'select user_id as user, state, notice from presence_changes order by revision');

/** Waits until the comet sessions of somebody are so many. @param {Server} server @param {number} user @param {number} count */
export async function connected(server, user, count) {
  await until(
    `user ${user} has ${count} comet sessions`,
    async () => (await leases(server, user)).length === count,
  );
}

/** The comet sessions of somebody. @param {Server} server @param {number} user @returns {Promise<{idle: boolean, transport: string, device: string}[]>} */
export const leases = (server, user) =>
  rows(server, `select idle, transport, device from presence_leases where user_id = ${Number(user)}`);

/** Waits for what no page tells. @param {string} what @param {() => Promise<boolean>} holds */
export async function until(what, holds, within = 45_000) {
  const end = performance.now() + within;
  while (!(await holds())) {
    assert.ok(performance.now() < end, `not within ${within} ms: ${what}`);
    await pause(100);
  }
}

/** Makes a page think that nobody is there after fewer seconds, from its next input on. @param {Page} page @param {number | null} seconds null: as usual */
export async function idleAfter(page, seconds) {
  await page.evaluate((value) => {
    if (value === null) delete document.documentElement.dataset.idleAfter;
    else document.documentElement.dataset.idleAfter = String(value);
  }, seconds);
  await touch(page);
}

/** Presses a key that does nothing. @param {Page} page */
export const touch = (page) => page.keyboard.press('Shift');
