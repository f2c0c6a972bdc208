// A real conversation said again, faster than it was, into a room that two browsers show.
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { newTab } from '../lib/browser.mjs';
import { compare, numbered } from '../lib/compare.mjs';
import { asShown, literally, timed } from '../lib/conversation.mjs';
import { listensBy } from '../lib/people.mjs';
import { stored } from '../lib/postgres.mjs';
import { speakers } from '../lib/speakers.mjs';
import { steady } from '../lib/steady.mjs';
import { notes, watch } from '../reach/watch.mjs';

/** @typedef {import('puppeteer-core').Page} Page */
/** @typedef {import('puppeteer-core').Browser} Browser */

/** Milliseconds within which the last line must be on a screen. */
const patience = 60_000;

/**
 * One browser follows at the newest line, the other reads back all the time. Returns how many lines there were and by how
 * many pixels at most the view of the one who reads back moved.
 * @param {import('../lib/server.mjs').Server} server @param {Browser} follower @param {Browser} reader
 * @param {{minutes: number, speed: number}} how much of the conversation, and how many times as fast
 */
export async function replay(server, follower, reader, { minutes, speed }) {
  const { people, room } = await speakers(server.url, 5);
  const [ana, bo, ...voices] = people;
  assert.ok(ana && bo);
  for (let n = 0; n < 120; n += 1) await voices[n % 3]?.say(room, `before ${n}`);
  for (const person of [ana, bo]) await person.ask('PUT', `rooms/${room}/read`, { number: 120 });
  const follows = await opens(server, follower, ana, room);
  const reads = await opens(server, reader, bo, room);
  await back(reads.page);
  const held = await steady(reads.page);

  const said = timed(minutes);
  const begun = performance.now();
  for (const [n, { at, who, text }] of said.entries()) {
    const wait = (at * 1_000) / speed - (performance.now() - begun);
    if (wait > 0) await pause(wait);
    await voices[who % voices.length]?.say(room, literally(`${n} ${text}`));
  }
  const kept = (await stored(server, room)).map(({ number, text }) => numbered({ number, text: asShown(text) }));
  const moved = await held();
  await reads.page.locator('[data-testid="jump-to-newest"]').click();
  for (const { page } of [follows, reads]) {
    await page.waitForSelector(`[data-testid="message"][data-number="${kept.length}"]`, { timeout: patience });
  }
  const shown = (await notes(follows.page)).lines.filter(({ number }) => number > 120).map(numbered);
  assert.deepEqual(compare([{ where: 'on the screen', wanted: kept.slice(120), found: shown }]), {
    lost: [],
    repeated: [],
    reordered: [],
  });
  assert.deepEqual([...follows.problems, ...reads.problems], []);
  return { lines: said.length, moved };
}

/** @param {import('../lib/server.mjs').Server} server @param {Browser} browser @param {import('../lib/speakers.mjs').Speaker} person @param {number} room */
async function opens(server, browser, person, room) {
  const context = await browser.createBrowserContext();
  await person.lend(context, '127.0.0.1');
  const tab = await newTab(context);
  await tab.page.evaluateOnNewDocument(watch);
  await tab.page.goto(`${server.url}/rooms/${room}`);
  await listensBy(tab.page, 'iframe');
  await tab.page.waitForSelector('[data-testid="message"][data-number="120"]');
  return tab;
}

/** Scrolls back, and waits until the page has taken note. @param {Page} page */
async function back(page) {
  await page.locator('[data-testid="timeline"]').scroll({ scrollTop: 600 });
  await page.waitForSelector('[data-testid="jump-to-newest"]');
}
