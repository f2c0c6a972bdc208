// The comet client alone, on a page that has none of its own.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** @typedef {import('puppeteer-core').Page} Page */
/** @typedef {{topics: Record<string, [number, number]>, transport: string}} Wish */

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** The client as one script that sets the global `comet`. */
export function bundle() {
  const entry = path.join(root, 'frontend/src/comet/index.ts');
  const args = [
    '-C',
    path.join(root, 'tools'),
    'tool',
    'esbuild',
    '--bundle',
    '--format=iife',
    '--global-name=comet',
  ];
  return execFileSync('go', [...args, '--log-level=error', entry], { encoding: 'utf8' });
}

/** Opens a page without a client, and one in it. @param {Page} page @param {string} url @param {Wish} wish */
export async function open(page, url, wish) {
  await page.goto(`${url}/no/such/page`);
  await page.evaluate(bundle());
  await start(page, wish);
}

/**
 * Starts a client. What it hands over is in the globals `shown` (the words of each event), `calls` (what else it told)
 * and `states`, with the times `begun` and `first`.
 * @param {Page} page @param {Wish} wish
 */
export function start(page, wish) {
  return page.evaluate(({ topics, transport }) => {
    const here = /** @type {any} */ (window);
    here.shown = [];
    here.calls = [];
    here.states = [];
    here.client = new here.comet.CometClient({
      control: '/comet/control',
      data: '/comet/data',
      cursors: topics,
      transport,
      delegate: {
        /** @param {string} _topic @param {number} _seq @param {any} payload */
        onData: (_topic, _seq, payload) => {
          here.first ??= performance.now();
          here.shown.push(payload.message?.body ?? payload.kind);
        },
        /** @param {string} topic */
        onGap: (topic) => {
          here.calls.push(`gap ${topic}`);
          return new Promise(() => {});
        },
        onPresence: () => {},
        onHint: () => {},
        onUnread: () => {},
        /** @param {string} topic @param {string} why */
        onUnsubscribed: (topic, why) => here.calls.push(`unsubscribed ${topic} ${why}`),
        /** @param {string} reason */
        onAbort: (reason) => here.calls.push(`abort ${reason}`),
        /** @param {any} state */
        onState: (state) => here.states.push({ ...state, at: performance.now() }),
      },
    });
    here.begun = performance.now();
    here.client.start();
  }, wish);
}

/** Changes the transport. @param {Page} page @param {string} transport */
export const change = (page, transport) =>
  page.evaluate((name) => /** @type {any} */ (window).client.setTransport(name), transport);

/** @param {Page} page @param {string} expression @param {number} [timeout] */
export const until = (page, expression, timeout = 10_000) =>
  page.waitForFunction(expression, { timeout, polling: 20 });

/** What the client has handed over. @param {Page} page @returns {Promise<string[]>} */
export const shown = (page) => page.evaluate('shown').then((value) => /** @type {string[]} */ (value));

/** Waits until the client listens by a transport. @param {Page} page @param {string} transport @param {number} [timeout] */
export const listens = (page, transport, timeout) =>
  until(page, `client.state.phase === 'listening' && client.state.transport === '${transport}'`, timeout);
