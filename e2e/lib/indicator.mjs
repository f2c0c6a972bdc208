// What a browser with one tab says about the loading indicator of that tab.
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Connection } from 'puppeteer-core';
import { NodeWebSocketTransport } from 'puppeteer-core/internal/node/NodeWebSocketTransport.js';

const often = 50; // ms between two looks

/** What was seen, in order: whether the indicator was shown. */
class Looks {
  constructor() {
    /** @type {boolean[]} */
    this.all = [];
  }

  /** Waits until so many looks were made in all. @param {number} count */
  async reach(count) {
    let [seen, since] = [this.all.length, performance.now()];
    while (this.all.length < count) {
      if (this.all.length > seen) [seen, since] = [this.all.length, performance.now()];
      if (performance.now() - since > 30_000) throw new Error('the browser tells nothing of its tab');
      await pause(often);
    }
  }

  /** Waits until the indicator was seen like that last, if it is within 20 s. @param {boolean} shown */
  async settle(shown) {
    const end = performance.now() + 20_000;
    while (this.all.at(-1) !== shown && performance.now() < end) await pause(often);
  }

  /** What is seen while something goes on. @param {() => Promise<void>} during @returns {Promise<boolean[]>} */
  async during(during) {
    const begin = this.all.length;
    await during();
    // The next two can have been seen a little earlier.
    await this.reach(this.all.length + 3);
    return this.all.slice(begin);
  }
}

/** @typedef {{nodeId: number, nodeName: string, attributes?: string[], children?: View[]}} View */

/**
 * Chromium: the tab's icon and the button beside the address themselves, which the browser shows to tools that work on its
 * own window. (An extension cannot tell: the `status` of chrome.tabs is "loading" also while the window shows nothing.)
 */
export class TabPicture extends Looks {
  /** @param {Connection} connection @param {View} icon @param {View} button */
  constructor(connection, icon, button) {
    super();
    this.connection = connection;
    this.icon = icon;
    this.button = button;
    this.watching = true;
    this.done = this.#watch();
    this.done.catch(() => {}); // stop tells it
  }

  /** @param {number} port where Chromium shows its window */
  static async start(port) {
    const url = `ws://127.0.0.1:${port}/0`;
    const connection = new Connection(url, await NodeWebSocketTransport.create(url));
    try {
      const { root } = await send(connection, 'DOM.getDocument');
      return new TabPicture(connection, view(root, 'TabIcon'), view(root, 'ReloadButton'));
    } catch (error) {
      connection.dispose(); // or else it would keep the test from ending
      throw error;
    }
  }

  async #watch() {
    while (this.watching) {
      const turns = await property(this.connection, this.icon, 'ShowingLoadingAnimation');
      const mode = await property(this.connection, this.button, 'VisibleMode');
      this.all.push(turns !== 'false' || mode !== 'kReload');
      await pause(often);
    }
  }

  async stop() {
    this.watching = false;
    try {
      await this.done;
    } finally {
      this.connection.dispose();
    }
  }
}

/** @param {Connection} connection @param {string} method @param {object} [words] @returns {Promise<any>} */
const send = (connection, method, words) =>
  connection.send(/** @type {any} */ (method), /** @type {any} */ (words));

/** The one part of the window with a name. @param {View} root @param {string} name @returns {View} */
function view(root, name) {
  /** @type {View[]} */
  const found = [];
  const search = (/** @type {View} */ one) => {
    if (one.attributes?.includes(name)) found.push(one);
    one.children?.forEach(search);
  };
  search(root);
  const [only, ...more] = found;
  if (!only || more.length) throw new Error(`the window of Chromium has ${found.length} of ${name}`);
  return only;
}

/** @param {Connection} connection @param {View} one @param {string} name @returns {Promise<string>} */
async function property(connection, one, name) {
  const { matchedCSSRules } = await send(connection, 'CSS.getMatchedStylesForNode', { nodeId: one.nodeId });
  for (const { rule } of matchedCSSRules)
    for (const { name: its, value } of rule.style.cssProperties) if (its === name) return value;
  throw new Error(`the window of Chromium does not tell ${name}`);
}

const manifest = {
  manifest_version: 3,
  name: 'Tells the state of the tab',
  version: '1',
  permissions: ['tabs'],
  background: { scripts: ['tell.js'] },
  browser_specific_settings: { gecko: { id: 'tab@chatd.invalid' } },
};

/**
 * Runs in Firefox, as an extension: tells the state of the tab often, and each change at once. Firefox reads it off the tab
 * itself, whose attribute "busy" shows the indicator.
 * @param {any} tabs @param {string} address @param {number} often
 */
async function tell(tabs, address, often) {
  /** @param {string} status */
  const post = (status) => fetch(address, { method: 'POST', body: status });
  tabs.onUpdated.addListener((/** @type {number} */ _, /** @type {any} */ change) => {
    if (change.status) post(change.status);
  });
  for (;;) {
    for (const { status } of await tabs.query({})) await post(status);
    await new Promise((resolve) => setTimeout(resolve, often));
  }
}

/** Firefox: the state of the tab, as an extension is told it. */
export class BusyTab extends Looks {
  constructor() {
    super();
    this.server = http.createServer(async (request, response) => {
      let status = '';
      for await (const chunk of request) status += chunk;
      this.all.push(status !== 'complete');
      response.setHeader('Access-Control-Allow-Origin', '*').end();
    });
  }

  /** @param {import('puppeteer-core').Browser} browser */
  static async start(browser) {
    const witness = new BusyTab();
    witness.server.listen(0, '127.0.0.1');
    await once(witness.server, 'listening');
    const address = witness.server.address();
    if (typeof address !== 'object' || !address) throw new Error('the listener has no address');
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'chatd-extension-'));
    const script = `(${tell})(browser.tabs, 'http://127.0.0.1:${address.port}/', ${often})`;
    try {
      fs.writeFileSync(path.join(folder, 'manifest.json'), JSON.stringify(manifest));
      fs.writeFileSync(path.join(folder, 'tell.js'), script);
      await browser.installExtension(folder);
      return witness;
    } catch (error) {
      await witness.stop(); // or else it would keep the test from ending
      throw error;
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  }

  async stop() {
    this.server.close();
    this.server.closeAllConnections();
  }
}
