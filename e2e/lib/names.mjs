// The browsers, and the names under which a browser test opens chatd.
import { test } from 'node:test';
import { kinds, launch } from './browser.mjs';
import { Server } from './server.mjs';

/** @typedef {import('node:test').TestContext} TestContext */
/** @typedef {import('./browser.mjs').Kind} Kind */

/**
 * Where a test runs. `code` is what the set-up needs from there.
 * @typedef {{kind: Kind, browser: import('puppeteer-core').Browser, server: Server, host: string, url: string, code: string}} World
 */

export const names = ['localhost', 'chat.lan'];

/**
 * Runs a test under localhost, which is a secure context, and under a LAN name over plain HTTP, which is none: there Web
 * Locks and randomUUID are missing, and the set-up needs the printed code.
 * @param {string} title
 * @param {(t: TestContext, world: World) => Promise<void>} run
 */
export function testUnderEachName(title, run) {
  for (const host of names)
    test(`${title} under the name ${host}`, (t) => inWorld(t, 'Chromium', host, new Server(), run));
}

/**
 * Runs a test in each browser, under each of the names.
 * @param {string} title
 * @param {(t: TestContext, world: World) => Promise<void>} run
 * @param {{hosts?: string[], env?: Record<string, string>}} [options] env: more settings of chatd
 */
export function testInEachBrowser(title, run, { hosts = names, env = {} } = {}) {
  for (const [kind, host] of places(hosts))
    test(`${title} in ${kind} under the name ${host}`, { timeout: 180_000 }, (t) =>
      inWorld(t, kind, host, new Server({ env }), run),
    );
}

/**
 * Runs a test that has long waits in several places, by turns: while one rests another goes on, so that what is measured
 * is measured alone.
 * @param {string} title
 * @param {(t: TestContext, world: World & {rest: Turns['rest']}) => Promise<void>} run
 * @param {[Kind, string][]} [where] in each browser, under each of the names
 */
export function testByTurns(title, run, where = places(names)) {
  const turns = new Turns();
  test(title, { concurrency: true, timeout: 600_000 }, async (t) => {
    await Promise.all(
      where.map(([kind, host]) =>
        t.test(`in ${kind} under the name ${host}`, async (t) => {
          await turns.begin();
          try {
            await inWorld(t, kind, host, new Server(), (t, world) =>
              run(t, { ...world, rest: (wait) => turns.rest(wait) }),
            );
          } finally {
            turns.end();
          }
        }),
      ),
    );
  });
}

/** @param {string[]} hosts @returns {[Kind, string][]} */
const places = (hosts) =>
  kinds.flatMap((kind) => hosts.map((host) => /** @type {[Kind, string]} */ ([kind, host])));

/** Whose turn it is, in the order in which they have asked. */
class Turns {
  /** When the turns end that were asked for. @type {Promise<void>} */
  #last = Promise.resolve();
  #end = () => {};

  async begin() {
    const before = this.#last;
    /** @type {() => void} */
    let end = () => {};
    this.#last = new Promise((resolve) => {
      end = resolve;
    });
    await before;
    this.#end = end;
  }

  end() {
    this.#end();
  }

  /** Leaves the turn to others until what is waited for is there, and it is one's turn again. @template T @param {Promise<T>} wait @returns {Promise<T>} */
  async rest(wait) {
    this.end();
    try {
      return await wait;
    } finally {
      await this.begin();
    }
  }
}

/**
 * Runs a test with a chatd and a browser of its own.
 * @param {TestContext} t @param {Kind} kind @param {string} host @param {Server} server
 * @param {(t: TestContext, world: World) => Promise<void>} run
 */
export async function inWorld(t, kind, host, server, run) {
  const launched = launch(kind, ['chat.lan']);
  t.after(() => Promise.all([launched.then((browser) => browser.close()), server.dispose()]));
  const [browser] = await Promise.all([launched, server.start()]);
  const url = `http://${host}:${new URL(server.url).port}`;
  const code = host === 'localhost' ? '' : await server.setupCode();
  await run(t, { kind, browser, server, host, url, code });
}
