// The owner of a workspace, who speaks through the API and so has no connection of their own.
import assert from 'node:assert/strict';
import { password } from './people.mjs';

/** The owner of a workspace with one room. */
export class Owner {
  /** @param {string} url @param {string} cookie @param {any} room */
  constructor(url, cookie, room) {
    this.url = url;
    this.cookie = cookie;
    this.room = room;
  }

  /** What follows the room from its beginning. @returns {Record<string, [number, number]>} */
  get topics() {
    const { id, position } = this.room;
    return { [`room:${id}`]: [position.epoch, position.seq] };
  }

  /** Sets a workspace up. @param {string} url @returns {Promise<Owner>} */
  static async setUp(url) {
    const owner = { workspace: 'Ubuntu help', username: 'ana', display_name: 'Ana', password };
    return Owner.#signed(url, '/api/v1/setup', owner, 201);
  }

  /** The same person, signed in another time. @returns {Promise<Owner>} */
  signIn() {
    return Owner.#signed(this.url, '/api/v1/sign-in', { login: 'ana', password }, 200);
  }

  /** @param {string} url @param {string} path @param {object} body @param {number} status */
  static async #signed(url, path, body, status) {
    const answer = await fetch(url + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    assert.equal(answer.status, status, await answer.text());
    const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const overview = await (await fetch(`${url}/api/v1/overview`, { headers: { Cookie: cookie } })).json();
    return new Owner(url, cookie, overview.rooms[0]);
  }

  /** Signs a browser in as the owner. @param {import('puppeteer-core').BrowserContext} context @param {string} host */
  async lend(context, host) {
    const [name = '', value = ''] = this.cookie.split('=');
    await context.setCookie({ name, value, domain: host, path: '/', httpOnly: true, sameSite: 'Lax' });
  }

  /** Says a line, as often as the limit of sends wants it said. @param {string} body */
  async say(body) {
    const line = JSON.stringify({ client_id: crypto.randomUUID(), body });
    for (;;) {
      const answer = await fetch(`${this.url}/api/v1/rooms/${this.room.id}/messages`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Cookie: this.cookie },
        body: line,
      });
      if (answer.status === 201) return answer.json();
      assert.equal(answer.status, 429, await answer.text());
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Loads the messages of the room, or is told that it cannot be now. */
  async read() {
    const answer = await fetch(`${this.url}/api/v1/rooms/${this.room.id}/messages`, {
      headers: { Cookie: this.cookie },
    });
    await answer.text();
  }

  /** Ends this sign-in. */
  async signOut() {
    const headers = { Accept: 'application/json', Cookie: this.cookie };
    await fetch(`${this.url}/logout`, { method: 'POST', headers });
  }
}
