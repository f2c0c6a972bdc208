// A backup while people talk, a loss of everything, a restore: the browsers go on with what the backup holds.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { launchChromium, newPerson } from './lib/browser.mjs';
import { lines, literally } from './lib/conversation.mjs';
import { choose, invite, listensBy, say, sees, setUp, signUp, transcript } from './lib/people.mjs';
import { Server } from './lib/server.mjs';

/** @typedef {import('puppeteer-core').Page} Page */

for (const transport of ['iframe', 'long-poll']) {
  test(`browsers that listen by ${transport} go on after a backup, a loss and a restore`, async (t) => {
    const server = await new Server().start();
    const browser = await launchChromium();
    t.after(async () => {
      await browser.close();
      await server.dispose();
    });
    const archive = path.join(server.base, 'chatd.tar.gz');
    const ana = await newPerson(browser);
    await setUp(ana.page, server.url, { name: 'ana' });
    const bo = await newPerson(browser);
    await signUp(bo.page, await invite(ana.page), 'bo');
    const pages = [ana.page, bo.page];
    for (const page of pages) {
      await choose(page, transport);
      await page.bringToFront();
    }

    const words = lines(30).map((line, i) => `${i} ${line}`);
    await talk(pages, words.slice(0, 8));
    const saidBefore = await transcript(ana.page);
    const talking = talk(pages, words.slice(8, 18));
    assert.match(await server.command('backup', archive), /holds \d+ messages, 2 people, 1 room/);
    await talking;
    await talk(pages, words.slice(18, 22));
    const saidInAll = await transcript(ana.page);
    assert.equal(saidInAll.length, 22);

    await server.stop();
    fs.rmSync(server.data, { recursive: true });
    const restored = /^restored (\d+) messages, 2 people, 1 room as of/.exec(
      await server.command('restore', archive),
    );
    const kept = saidInAll.slice(0, Number(restored?.[1]));
    assert.ok(kept.length >= saidBefore.length && kept.length <= 18, `the backup holds ${kept.length} lines`);
    await say(bo.page, 'said while chatd was away');
    await server.start();

    const expected = [...kept, { number: kept.length + 1, text: 'said while chatd was away' }];
    for (const page of pages) {
      await shows(page, expected);
      await listensBy(page, transport, 60_000);
    }
    // Nobody signed in again, and nothing that comes now is taken for something old.
    for (const [i, text] of words.slice(22).entries()) {
      const page = pages[i % 2];
      assert.ok(page);
      await say(page, literally(text));
      expected.push({ number: expected.length + 1, text });
    }
    for (const page of pages) await shows(page, expected);
    for (const page of pages) {
      await page.reload();
      await shows(page, expected);
    }
    assert.deepEqual([...ana.problems, ...bo.problems], []);
  });
}

/** People say lines in turn, each when the other's is on their screen. @param {Page[]} pages @param {string[]} texts */
async function talk(pages, texts) {
  for (const [i, text] of texts.entries()) {
    const page = pages[i % pages.length];
    assert.ok(page);
    await say(page, literally(text));
    for (const other of pages) await sees(other, text);
  }
}

/**
 * Waits until a page shows exactly these messages, and nothing that waits to be sent.
 * @param {Page} page @param {{number: number, text: string}[]} wanted
 */
async function shows(page, wanted) {
  /** @type {unknown} */
  let seen;
  for (const limit = Date.now() + 60_000; Date.now() < limit; ) {
    seen = await transcript(page).catch(() => 'a page that loads');
    const all = await page.$$eval('[data-testid="message"]', (found) => found.length).catch(() => -1);
    if (all === wanted.length && JSON.stringify(seen) === JSON.stringify(wanted)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.deepEqual(seen, wanted, 'the page shows what the backup holds and what was said since');
  assert.fail('the page shows messages that nobody acknowledged');
}
