// A chatd with its owner, and somebody for each intermediary and browser.
import assert from 'node:assert/strict';
import { Owner } from '../lib/owner.mjs';
import { password } from '../lib/people.mjs';
import { freePort } from '../lib/proxies.mjs';
import { Server } from '../lib/server.mjs';

/** @typedef {{name: string, id: number}} Person */

/** One chatd for many cells: each has a room of its own in it. */
export class World {
  /** @param {Server} server @param {Owner} owner */
  constructor(server, owner) {
    this.server = server;
    this.owner = owner;
    this.people = 0;
  }

  /** @param {Record<string, string>} env */
  static async start(env) {
    const server = new Server({ env });
    server.url = `http://127.0.0.1:${await freePort()}`;
    try {
      await server.start();
      return new World(server, await Owner.setUp(server.url));
    } catch (error) {
      await server.dispose();
      throw error;
    }
  }

  /** Somebody new, who is told of nobody else's rooms. @returns {Promise<Person>} */
  async welcome() {
    this.people += 1;
    const name = `person-${this.people}`;
    const { url } = await this.#ask('POST', '/api/v1/invites', {});
    const invite = url.slice(url.lastIndexOf('/') + 1);
    const account = { username: name, display_name: name, password };
    const answer = await fetch(`${this.server.url}/api/v1/sign-up`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ invite, ...account }),
    });
    const text = await answer.text();
    assert.equal(answer.status, 201, text);
    return { name, id: JSON.parse(text).user.id };
  }

  /**
   * A room of two: the owner and somebody. The owner is signed in once for each, as one browser may hold two requests only.
   * @param {string} name @param {Person} person @returns {Promise<Owner>} the owner there
   */
  async room(name, person) {
    const room = await this.#ask('POST', '/api/v1/rooms', { kind: 'private', name });
    await this.#ask('POST', `/api/v1/rooms/${room.id}/members`, { user_id: person.id });
    const { cookie } = await this.owner.signIn();
    return new Owner(this.server.url, cookie, room);
  }

  /** @param {string} method @param {string} path @param {object} body @returns {Promise<any>} */
  async #ask(method, path, body) {
    const answer = await fetch(this.server.url + path, {
      method,
      headers: { 'Content-Type': 'application/json', Cookie: this.owner.cookie },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
    return text && JSON.parse(text);
  }

  stop() {
    return this.server.dispose();
  }
}
