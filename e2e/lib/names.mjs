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
  for (const kind of kinds)
    for (const host of hosts)
      test(`${title} in ${kind} under the name ${host}`, { timeout: 180_000 }, (t) =>
        inWorld(t, kind, host, new Server({ env }), run),
      );
}

/**
 * Runs a test with a chatd and a browser of its own.
 * @param {TestContext} t @param {Kind} kind @param {string} host @param {Server} server
 * @param {(t: TestContext, world: World) => Promise<void>} run
 */
export async function inWorld(t, kind, host, server, run) {
  await server.start();
  const browser = await launch(kind, ['chat.lan']);
  t.after(async () => {
    await browser.close();
    await server.dispose();
  });
  const url = `http://${host}:${new URL(server.url).port}`;
  await run(t, { kind, browser, server, host, url, code: host === 'localhost' ? '' : server.setupCode() });
}
