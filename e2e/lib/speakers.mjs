// People who speak through the API, many and fast, so that a test has its browsers for those who listen.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { password } from './people.mjs';

/** Milliseconds after which a request that failed is made again. */
const again = 100;

/** Somebody who is signed in. */
export class Speaker {
  /** @param {string} url @param {string} cookie @param {number} id */
  constructor(url, cookie, id) {
    this.url = url;
    this.cookie = cookie;
    this.id = id;
  }

  /** @param {string} method @param {string} path below /api/v1/ @param {object} [body] @returns {Promise<any>} */
  async ask(method, path, body) {
    const answer = await this.#fetch(method, path, body);
    const text = await answer.text();
    assert.ok(answer.ok, `${method} ${path} was answered ${answer.status}: ${text}`);
    return text === '' ? null : JSON.parse(text);
  }

  /**
   * Says something in a room, as often as the limit of sends wants it said; the message.
   * @param {number} room @param {string} body @param {{reply_to?: number, thread?: number}} [more] @returns {Promise<any>}
   */
  async say(room, body, more = {}) {
    const message = { client_id: crypto.randomUUID(), body, ...more };
    for (;;) {
      const answer = await this.#fetch('POST', `rooms/${room}/messages`, message);
      const text = await answer.text();
      if (answer.ok) return JSON.parse(text);
      assert.equal(answer.status, 429, text);
      await pause(again);
    }
  }

  /** @param {string} method @param {string} path @param {object} [body] */
  #fetch(method, path, body) {
    return fetch(`${this.url}/api/v1/${path}`, {
      method,
      headers: { cookie: this.cookie, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  }

  /** Signs a browser in as this person. @param {import('puppeteer-core').BrowserContext} context @param {string} host */
  async lend(context, host) {
    const [name = '', value = ''] = this.cookie.split('=');
    await context.setCookie({ name, value, domain: host, path: '/', httpOnly: true, sameSite: 'Lax' });
  }
}

/**
 * A workspace of so many people, in which nobody is told to slow down; the first is its owner. All are in its first room.
 * @param {string} url @param {number} count @returns {Promise<{people: Speaker[], room: number}>}
 */
export async function speakers(url, count) {
  const owner = await enter(url, 'setup', { workspace: 'Ubuntu help', ...account(0) });
  await owner.ask('PATCH', 'workspace', { flood_messages: 1000, flood_seconds: 1 });
  const { url: link } = await owner.ask('POST', 'invites', {});
  const token = link.split('/').at(-1);
  const people = [owner];
  for (let n = 1; n < count; n += 1)
    people.push(await enter(url, 'sign-up', { invite: token, ...account(n) }));
  const { rooms } = await owner.ask('GET', 'overview');
  return { people, room: rooms[0].id };
}

const names = ['ana', 'bo', 'cy', 'dee', 'eli', 'fay', 'gus', 'hal'];

/** @param {number} n */
function account(n) {
  const name = names[n] ?? `p${n}`;
  return { username: name, display_name: name, password };
}

/** @param {string} url @param {string} path @param {object} body */
async function enter(url, path, body) {
  const answer = await fetch(`${url}/api/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  assert.equal(answer.status, 201, await answer.clone().text());
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const me = await (await fetch(`${url}/api/v1/me`, { headers: { cookie } })).json();
  return new Speaker(url, cookie, me.id);
}

/**
 * Says many lines in one room as fast as the people can, so many at a time.
 * @param {Speaker[]} people @param {number} room @param {number} count @param {(n: number) => string} line @param {number} [atOnce]
 */
export async function flood(people, room, count, line, atOnce = 16) {
  let next = 0;
  const worker = async (/** @type {number} */ w) => {
    while (next < count) {
      const n = next++;
      await /** @type {Speaker} */ (people[(n + w) % people.length]).say(room, line(n));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, (_, w) => worker(w)));
}
