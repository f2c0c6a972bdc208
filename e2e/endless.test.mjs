// The comet library without chatd: 50,000 events through one frame that is never recycled.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { kinds, launch, newPerson } from './lib/browser.mjs';
import { bundle, until } from './lib/client.mjs';

/** @typedef {import('puppeteer-core').Page} Page */

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const program = process.env.E2E_ENDLESS ?? path.join(root, 'build/endless');
const early = 5_000;
const total = 50_000;
const size = 200; // bytes of an event

for (const kind of kinds) {
  test(`a frame that is never recycled stays small after 50,000 events in ${kind}`, {
    timeout: 400_000,
  }, async (t) => {
    const url = await serve(t);
    const browser = await launch(kind);
    t.after(() => browser.close());
    const { page, problems } = await newPerson(browser);
    await page.goto(url);
    await listen(page);
    await until(page, "client.state.phase === 'listening' && client.state.transport === 'iframe'");

    await publish(url, early);
    await until(page, `count >= ${early}`, 60_000);
    const before = await memory(page, kind);
    const begun = performance.now();
    await publish(url, total - early);
    await until(page, `count >= ${total} || wrong.length > 0`, 240_000);
    const took = performance.now() - begun;
    const after = await memory(page, kind);
    const seen = await page.evaluate(() => {
      const { count, wrong, most, frames } = /** @type {any} */ (window);
      return { count, wrong, most, frames: frames.size };
    });

    t.diagnostic(
      `${Math.round((total - early) / (took / 1000))} events a second, at most ${seen.most} elements`,
    );
    assert.deepEqual(seen.wrong, [], 'all events came, each once, in order');
    assert.equal(seen.count, total);
    assert.equal(seen.frames, 1, 'all came through one frame');
    assert.ok(seen.most > 0 && seen.most <= 10, `${seen.most} elements in the frame`);
    if (before && after) {
      t.diagnostic(
        `${kilobytes(before.heap)} of script memory after ${early} events, ${kilobytes(after.heap)} after ${total}`,
      );
      // The events themselves are 9 MB.
      assert.ok(
        after.heap - before.heap < 1 << 20,
        `script memory grew by ${kilobytes(after.heap - before.heap)}`,
      );
      assert.ok(after.nodes - before.nodes < 100, `from ${before.nodes} to ${after.nodes} nodes`);
    }
    assert.deepEqual(problems, []);
  });
}

/** Starts the program with the library and the client. @param {import('node:test').TestContext} t */
async function serve(t) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'chatd-endless-'));
  const client = path.join(folder, 'client.js');
  fs.writeFileSync(client, bundle());
  const child = spawn(program, ['-client', client], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  t.after(async () => {
    child.kill('SIGTERM');
    await ended;
    fs.rmSync(folder, { recursive: true });
  });
  const [line] = await Promise.race([
    once(readline.createInterface({ input: child.stdout }), 'line'),
    ended.then(() => assert.fail('the program with the library did not start')),
  ]);
  return String(line).replace('ready at ', '');
}

/** @param {string} url @param {number} events */
async function publish(url, events) {
  const answer = await fetch(`${url}/publish?events=${events}&bytes=${size}`, { method: 'POST' });
  assert.equal(answer.status, 200);
}

/** Follows the topic, and keeps figures only. @param {Page} page */
function listen(page) {
  return page.evaluate(() => {
    const here = /** @type {any} */ (window);
    here.count = 0;
    here.most = 0;
    here.wrong = [];
    here.frames = new Set();
    here.client = new here.comet.CometClient({
      control: '/comet/control',
      data: '/comet/data',
      cursors: { ticks: [1, 0] },
      transport: 'iframe',
      delegate: {
        /** @param {string} _topic @param {number} seq @param {any} payload */
        onData: (_topic, seq, payload) => {
          here.count += 1;
          if (seq !== here.count || payload.tick !== seq) here.wrong.push([here.count, seq, payload.tick]);
          if (seq % 10 > 0) return;
          for (const frame of document.querySelectorAll('iframe')) {
            here.frames.add(frame.name);
            here.most = Math.max(here.most, frame.contentDocument?.querySelectorAll('*').length ?? 0);
          }
        },
        onGap: () => Promise.reject(new Error('there must be no gap')),
        onPresence: () => {},
        onHint: () => {},
        onUnread: () => {},
        onUnsubscribed: () => {},
        onAbort: () => {},
        onState: () => {},
      },
    });
    here.client.start();
  });
}

/**
 * What the page takes after its garbage is gone; only Chromium tells.
 * @param {Page} page @param {import('./lib/browser.mjs').Kind} kind
 */
async function memory(page, kind) {
  if (kind !== 'Chromium') return null;
  const session = await page.createCDPSession();
  await session.send('HeapProfiler.collectGarbage');
  await session.detach();
  const { JSHeapUsedSize, Nodes } = await page.metrics();
  return { heap: JSHeapUsedSize ?? 0, nodes: Nodes ?? 0 };
}

/** @param {number} bytes */
const kilobytes = (bytes) => `${Math.round(bytes / 1024)} kB`;
