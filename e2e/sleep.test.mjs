// A tab that the browser sends to sleep, while it has the connection for the others. Only Chromium can be told to do so.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newPerson, newTab } from './lib/browser.mjs';
import { inWorld, names } from './lib/names.mjs';
import { Owner } from './lib/owner.mjs';
import { listensBy, sees, transcript } from './lib/people.mjs';
import { Server } from './lib/server.mjs';

/** @typedef {import('puppeteer-core').Page} Page */

// It takes as long as the silence of a stream is borne, so both names are tried at the same time.
test('a tab that sleeps hands over and misses nothing', {
  timeout: 120_000,
  concurrency: true,
}, async (t) => {
  await Promise.all(
    names.map((host) =>
      t.test(`under the name ${host}`, (t) => inWorld(t, 'Chromium', host, new Server(), sleeps)),
    ),
  );
});

/** @param {import('node:test').TestContext} t @param {import('./lib/names.mjs').World} world */
async function sleeps(t, { browser, server, host, url }) {
  const owner = await Owner.setUp(server.url);
  const speaker = await owner.signIn();
  const { page, context, problems } = await newPerson(browser);
  await owner.lend(context, host);
  await page.goto(url);
  await listensBy(page, 'iframe');
  const { page: other, problems: others } = await newTab(context);
  await other.goto(url);
  await listensBy(other, 'iframe');
  await other.bringToFront();
  let said = 0;
  const say = async () => {
    said += 1;
    await speaker.say(`line ${said}`);
  };
  const hasAll = async (/** @type {Page} */ page) => {
    const begun = performance.now();
    await sees(page, `line ${said}`, 30_000);
    const lines = (await transcript(page)).map(({ text }) => text);
    assert.deepEqual(
      lines,
      Array.from(lines, (_, i) => `line ${i + 1}`),
    );
    return Math.round(performance.now() - begun);
  };

  const session = await page.createCDPSession();
  await session.send('Page.setWebLifecycleState', { state: 'frozen' });
  // What the browser has brought before it freezes the tab comes at once.
  /** @type {number[]} */
  const waits = [];
  while (waits.length < 20 && (waits.at(-1) ?? 0) <= 3_000) {
    await say();
    waits.push(await hasAll(other));
  }
  await say();
  const next = await hasAll(other);
  t.diagnostic(`the other tab had lines after ${waits.join(', ')} ms, the next after ${next} ms`);
  const noticed = waits.at(-1) ?? 0;
  assert.ok(noticed > 3_000 && noticed < 25_000 && next < 5_000, 'it takes over once it has noticed');

  await session.send('Page.setWebLifecycleState', { state: 'active' });
  t.diagnostic(`the tab that slept had everything after ${await hasAll(page)} ms`);
  await say();
  await Promise.all([hasAll(page), hasAll(other)]);
  assert.deepEqual([...problems, ...others], []);
}
