// A machine that sleeps while people go on talking: the page is frozen, its connections are dead when it wakes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { launchChromium, newTab } from './lib/browser.mjs';
import { listensBy, sees, transcript } from './lib/people.mjs';
import { Server } from './lib/server.mjs';
import { speakers } from './lib/speakers.mjs';
import { Wire } from './lib/wire.mjs';

/** Milliseconds: an open stream is noticed to be dead when it has been silent for so long, and a busy machine takes longer. */
const patience = 60_000;

test('a page that slept under traffic is caught up in place, with exact unread', {
  timeout: 180_000,
}, async (t) => {
  const server = await new Server().start();
  t.after(() => server.dispose());
  const wire = new Wire(server.url);
  const url = await wire.start();
  t.after(() => wire.stop());
  const browser = await launchChromium();
  t.after(() => browser.close());

  const { people, room } = await speakers(server.url, 3);
  const [ana, bo, cy] = people;
  assert.ok(ana && bo && cy);
  const [noisy = 0, calm = 0] = await Promise.all(
    ['noisy', 'calm'].map(async (name) => {
      const { id } = await ana.ask('POST', 'rooms', { name, kind: 'public' });
      for (const one of [bo, cy]) await ana.ask('POST', `rooms/${id}/members`, { user_id: one.id });
      return id;
    }),
  );
  const context = await browser.createBrowserContext();
  await ana.lend(context, '127.0.0.1');
  const { page, problems } = await newTab(context);
  await page.goto(`${url}/rooms/${room}`);
  await listensBy(page, 'iframe');
  await bo.say(room, 'before');
  await sees(page, 'before');
  await page.evaluate(() => Object.assign(window, { mark: 'the same document' }));

  const session = await page.createCDPSession();
  await session.send('Page.setWebLifecycleState', { state: 'frozen' });
  assert.ok(wire.die() > 0, 'there were connections');
  for (let n = 1; n <= 60; n += 1) await (n % 2 ? bo : cy).say(room, `line ${n}`);
  for (let n = 1; n <= 7; n += 1) await bo.say(noisy, n === 5 ? 'look here, @ana' : `noise ${n}`);
  for (let n = 1; n <= 4; n += 1) await bo.say(calm, `calm ${n}`);
  await ana.ask('PUT', `rooms/${calm}/read`, { number: 3 }); // on another device
  const begun = performance.now();
  await session.send('Page.setWebLifecycleState', { state: 'active' });

  await sees(page, 'line 60', patience);
  await shows(page, noisy, 7, 1);
  await shows(page, calm, 1, 0);
  t.diagnostic(`caught up after ${Math.round(performance.now() - begun)} ms`);
  const texts = (await transcript(page)).map(({ text }) => text);
  assert.deepEqual(texts, ['before', ...Array.from({ length: 60 }, (_, n) => `line ${n + 1}`)]);
  assert.equal(await page.evaluate('window.mark'), 'the same document');
  assert.deepEqual(problems, []);
});

/**
 * Waits until the sidebar tells how many messages of a room are unread, and how many mention me.
 * @param {import('puppeteer-core').Page} page @param {number} room @param {number} unread @param {number} mentions
 */
function shows(page, room, unread, mentions) {
  return page.waitForFunction(
    (room, unread, mentions) => {
      const link = document.querySelector(`[data-testid="room-link"][data-room="${room}"]`);
      const badge = link?.querySelector('[data-testid="unread"]')?.getAttribute('data-count') ?? '0';
      return Number(link?.getAttribute('data-unread')) === unread && Number(badge) === mentions;
    },
    { timeout: patience },
    room,
    unread,
    mentions,
  );
}
