// What a tab holds after many messages.
import assert from 'node:assert/strict';
import { newTab } from '../lib/browser.mjs';
import { lines, literally } from '../lib/conversation.mjs';
import { listensBy } from '../lib/people.mjs';
import { flood, speakers } from '../lib/speakers.mjs';

/** Milliseconds within which the last of many messages must be on the screen. */
const patience = 120_000;

/**
 * Lets a tab show so many messages, then more, and tells what it holds after each part: bytes of the heap and nodes of the
 * document, after everything that nobody needs is thrown away.
 * @param {import('../lib/server.mjs').Server} server @param {import('puppeteer-core').Browser} browser
 * @param {number[]} parts how many messages come in each @returns {Promise<{heap: number, nodes: number, listeners: number}[]>}
 */
export async function grow(server, browser, parts) {
  const { people, room } = await speakers(server.url, 5);
  const [ana, ...voices] = people;
  assert.ok(ana);
  const context = await browser.createBrowserContext();
  await ana.lend(context, '127.0.0.1');
  const { page, problems } = await newTab(context);
  await page.goto(`${server.url}/rooms/${room}`);
  await listensBy(page, 'iframe');
  const session = await page.createCDPSession();
  await session.send('HeapProfiler.enable');
  const texts = lines(5_000).map(literally);
  const held = [];
  let said = 0;
  for (const count of parts) {
    const from = said;
    await flood(voices, room, count, (n) => `${from + n} ${texts[(from + n) % texts.length]}`);
    said += count;
    await page.waitForSelector(`[data-testid="message"][data-number="${said}"]`, { timeout: patience });
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    const { nodes, jsEventListeners } = await session.send('Memory.getDOMCounters');
    held.push({ heap: usedSize, nodes, listeners: jsEventListeners });
  }
  assert.deepEqual(problems, []);
  return held;
}
