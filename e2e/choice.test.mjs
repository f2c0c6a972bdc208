// The client finds out by itself what comes through between it and the server.
import assert from 'node:assert/strict';
import { newPerson } from './lib/browser.mjs';
import { listens, open, shown, until } from './lib/client.mjs';
import { Hop } from './lib/hop.mjs';
import { testInEachBrowser } from './lib/names.mjs';
import { Owner } from './lib/owner.mjs';

/** @typedef {import('puppeteer-core').Page} Page */

/**
 * What a hop does, what the client listens by in the end and after how many seconds at most, and how many streams it takes
 * to find that out.
 * @type {Record<string, {faults: import('./lib/hop.mjs').Faults, transport: string, within: number, streams: number}>}
 */
const hops = {
  'a hop that keeps the first bytes back is overcome by padding': {
    faults: { hold: 1_500 },
    transport: 'iframe',
    within: 6,
    streams: 2,
  },
  'a hop that keeps streams back for ever leads to long-polling': {
    faults: { hold: Number.POSITIVE_INFINITY },
    transport: 'long-poll',
    within: 9,
    streams: 2,
  },
  'a hop that ends every stream after two seconds leads to long-polling': {
    faults: { life: 2_000 },
    transport: 'long-poll',
    within: 15,
    streams: 3,
  },
};

testInEachBrowser(
  'the client chooses its transport by measurement',
  async (t, { browser, server, host }) => {
    const owner = await Owner.setUp(server.url);
    const topics = owner.topics;
    await owner.say('said before');
    for (const [title, { faults, transport, within, streams }] of Object.entries(hops)) {
      await t.test(title, async (t) => {
        const hop = new Hop(server.url, faults);
        t.after(() => hop.stop());
        const url = `http://${host}:${await hop.start()}`;
        const { page, context, problems } = await newPerson(browser);
        await owner.lend(context, host);
        await open(page, url, { topics, transport: 'auto' });
        await until(page, 'shown.length > 0');
        const first = await page.evaluate('first - begun').then(Number);
        assert.ok(first < 1_500, `the first content took ${first} ms`);
        assert.equal((await shown(page))[0], 'said before');

        await listens(page, transport, within * 1_000);
        const took = await page.evaluate((name) => {
          const here = /** @type {any} */ (window);
          const state = here.states.find(
            (/** @type {any} */ s) => s.phase === 'listening' && s.transport === name,
          );
          return state.at - here.begun;
        }, transport);
        t.diagnostic(
          `first content after ${Math.round(first)} ms, ${transport} after ${Math.round(took)} ms`,
        );
        assert.equal(hop.streams, streams);
        await owner.say(`said through ${title}`);
        await until(page, `shown.includes(${JSON.stringify(`said through ${title}`)})`);
        const words = await shown(page);
        assert.equal(new Set(words).size, words.length, 'nothing is shown twice');
        assert.deepEqual(problems, []);
        await context.close();
      });
    }
  },
  { hosts: ['localhost'] },
);
