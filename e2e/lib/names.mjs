// The names under which a browser test opens chatd.
import { test } from 'node:test';
import { launchChromium } from './browser.mjs';
import { Server } from './server.mjs';

/**
 * Runs a test under localhost, which is a secure context, and under a LAN name over plain HTTP, which is none: there Web
 * Locks and randomUUID are missing, and the set-up needs the printed code.
 * @param {string} title
 * @param {(t: import('node:test').TestContext, world: {browser: import('puppeteer-core').Browser, url: string, code: string}) => Promise<void>} run
 */
export function testUnderEachName(title, run) {
  for (const host of ['localhost', 'chat.lan']) {
    test(`${title} under the name ${host}`, async (t) => {
      const server = await new Server().start();
      const browser = await launchChromium(['--host-resolver-rules=MAP chat.lan 127.0.0.1']);
      t.after(async () => {
        await browser.close();
        await server.dispose();
      });
      const url = `http://${host}:${new URL(server.url).port}`;
      await run(t, { browser, url, code: host === 'localhost' ? '' : server.setupCode() });
    });
  }
}
