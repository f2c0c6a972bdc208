// Crashes in the middle of sending: what was acknowledged appears exactly once.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { describe, test } from 'node:test';
import { launchChromium, newPerson } from './lib/browser.mjs';
import { lines, literally } from './lib/conversation.mjs';
import { invite, listensBy, setUp, signUp, transcript } from './lib/people.mjs';
import { Server } from './lib/server.mjs';

const total = 120;

/** @type {[string, (server: Server) => Promise<void>][]} */
const crashes = [
  [
    'kill -9 of chatd',
    async (server) => {
      await server.kill();
      await server.start();
    },
  ],
  ['kill -9 of its PostgreSQL', async (server) => server.killPostgres()],
];

// Side by side, as they mostly wait: each has a chatd and a browser of its own.
describe('a crash in the middle of sending', { concurrency: true }, () => {
  for (const [what, crash] of crashes) {
    test(`every acknowledged message is on the other screen once after ${what}`, async (t) => {
      const server = await new Server().start();
      const browser = await launchChromium();
      t.after(async () => {
        await browser.close();
        await server.dispose();
      });
      const ana = await newPerson(browser);
      await setUp(ana.page, server.url, { name: 'ana' });
      const bo = await newPerson(browser);
      await signUp(bo.page, await invite(ana.page), 'bo');
      await listensBy(bo.page, 'iframe');

      const sending = sendAll(server, ana.page, lines(total));
      await sending.half;
      await crash(server);
      const acknowledged = await sending.done;
      assert.equal(acknowledged.length, total, 'every line was acknowledged in the end');
      assert.ok(sending.failures() > 0, 'the crash came in the middle of sending');

      await bo.page.waitForFunction(
        (n) => document.querySelector(`[data-testid="message"][data-number="${n}"]`),
        { timeout: 60_000, polling: 200 },
        total,
      );
      const shown = await transcript(bo.page);
      assert.deepEqual(
        shown,
        acknowledged.toSorted((a, b) => a.number - b.number),
        'the other screen shows each acknowledged line once, in order',
      );
      assert.deepEqual(
        shown.map((m) => m.number),
        Array.from({ length: total }, (_, i) => i + 1),
        'nothing else was stored',
      );
      assert.deepEqual(bo.problems, []);
    });
  }
});

/**
 * Sends lines through the API as the person of a page, several at a time, each one again with the same
 * client_id until it is acknowledged.
 * @param {Server} server @param {import('puppeteer-core').Page} page @param {string[]} texts
 */
function sendAll(server, page, texts) {
  let failures = 0;
  /** @type {{number: number, text: string}[]} */
  const acknowledged = [];
  /** @type {() => void} */
  let reachedHalf = () => {};
  /** @type {Promise<void>} */
  const half = new Promise((resolve) => {
    reachedHalf = resolve;
  });
  const run = async () => {
    const cookies = (await page.browserContext().cookies()).map((c) => `${c.name}=${c.value}`).join('; ');
    const api = `${server.url}/api/v1`;
    const overview = await (await fetch(`${api}/overview`, { headers: { cookie: cookies } })).json();
    const room = overview.rooms[0].id;
    let next = 0;
    const worker = async () => {
      while (next < texts.length) {
        const text = `${next} ${texts[next++]}`;
        const body = JSON.stringify({ client_id: crypto.randomUUID(), body: literally(text) });
        for (;;) {
          try {
            const answer = await fetch(`${api}/rooms/${room}/messages`, {
              method: 'POST',
              headers: { cookie: cookies, 'content-type': 'application/json' },
              body,
              signal: AbortSignal.timeout(10_000),
            });
            if (answer.ok) {
              acknowledged.push({ number: (await answer.json()).number, text });
              break;
            }
            // 429 is the limit of sends; anything below 500 beside it is a fault of ours.
            assert.ok(
              answer.status >= 500 || answer.status === 429,
              `the server refused: ${await answer.text()}`,
            );
            if (answer.status >= 500) failures++;
          } catch (error) {
            if (error instanceof assert.AssertionError) throw error;
            failures++;
          }
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
        if (acknowledged.length >= texts.length / 2) reachedHalf();
      }
    };
    await Promise.all([worker(), worker(), worker(), worker()]);
    return acknowledged;
  };
  return { half, done: run(), failures: () => failures };
}
