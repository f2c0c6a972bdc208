// Many tabs of one person in one browser, which has six connections to the server over HTTP/1.1.
import assert from 'node:assert/strict';
import { newPerson, newTab } from './lib/browser.mjs';
import { invite, listensBy, part, say, sees, setUp, signOut, signUp } from './lib/people.mjs';
import { testUnderEachName } from './lib/names.mjs';

/** @typedef {import('puppeteer-core').Page} Page */

const count = 8;
const patience = 15_000;

testUnderEachName('eight tabs of one person work', async (t, { browser, url, code }) => {
  const ana = await newPerson(browser);
  await setUp(ana.page, url, { name: 'ana', code });
  const bo = await newPerson(browser);
  await signUp(bo.page, await invite(ana.page), 'bo');

  const tabs = [bo];
  while (tabs.length < count) {
    const tab = { context: bo.context, ...(await newTab(bo.context)) };
    tabs.push(tab);
    await tab.page.goto(url);
    await part(tab.page, 'composer');
  }
  const pages = tabs.map(({ page }) => page);
  const front = pages.at(-1) ?? bo.page;
  await front.bringToFront();
  await listensBy(front, 'iframe');
  await atMostTwoHold(pages);

  await ana.page.bringToFront();
  await say(ana.page, 'can all of you see this?');
  const said = performance.now();
  const seen = await Promise.all(
    pages.map(async (page) => {
      await sees(page, 'can all of you see this?', patience);
      return performance.now() - said;
    }),
  );
  t.diagnostic(`the line was there after ${seen.map((ms) => Math.round(ms)).join(', ')} ms`);

  const other = pages[3] ?? bo.page;
  await other.bringToFront();
  await listensBy(other, 'iframe');
  await atMostTwoHold(pages);
  const took = await ping(other);
  t.diagnostic(`a ping took ${Math.round(took)} ms`);
  assert.ok(took < 1_000, `a ping took ${took} ms`);

  await signOut(other);
  await Promise.all(
    pages.map((page) =>
      page.waitForSelector('[data-testid="sign-in-form"]', { visible: true, timeout: patience }),
    ),
  );
  assert.deepEqual([...ana.problems, ...tabs.flatMap(({ problems }) => problems)], []);
});

/** @param {Page[]} pages */
async function atMostTwoHold(pages) {
  const transports = await Promise.all(
    pages.map((page) =>
      page.$eval('[data-testid="connection-state"]', (e) => e.getAttribute('data-transport')),
    ),
  );
  const holding = transports.filter((name) => name === 'iframe' || name === 'long-poll');
  assert.ok(holding.length <= 2, `the tabs use ${transports.join(', ')}`);
}

/** How many milliseconds a control request takes. @param {Page} page */
function ping(page) {
  return page.evaluate(async () => {
    const begun = performance.now();
    const answer = await fetch('/comet/control', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ operations: [{ op: 'join' }, { op: 'ping' }] }),
    });
    const { events } = await answer.json();
    if (events[1]?.event !== 'ping-ack') throw new Error(`the answer was ${JSON.stringify(events)}`);
    return performance.now() - begun;
  });
}
