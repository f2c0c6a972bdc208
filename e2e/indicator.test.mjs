// The tab shows no loading indicator while the stream runs, in browsers with a window: by what the browser itself says of
// its tab, and by what is on the screen. The pictures are kept under build/screenshots.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { kinds } from './lib/browser.mjs';
import { Headful } from './lib/headful.mjs';
import { Owner } from './lib/owner.mjs';
import { listensBy, sees } from './lib/people.mjs';
import { Server } from './lib/server.mjs';

/** So many looks at the tab are enough to see an indicator, however slow the machine is. */
const often = 40;
const skip = process.platform === 'linux' ? false : 'browsers have a screen of their own on Linux only';

/** A page that has, from the beginning, a hidden frame whose answer does not end. */
async function naive() {
  const server = http.createServer((request, response) => {
    response.setHeader('Content-Type', 'text/html');
    if (request.url === '/frame') response.write('<!doctype html><p>It begins.');
    else if (request.url === '/')
      response.end('<!doctype html><title>Naive</title><iframe hidden src="/frame"></iframe>');
    else response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('the page has no address');
  return { server, site: `http://127.0.0.1:${address.port}` };
}

// Side by side, as they mostly wait: each has a chatd and a screen of its own.
test('the tab shows no loading indicator while the stream runs', {
  timeout: 400_000,
  concurrency: true,
  skip,
}, async (t) => {
  await Promise.all(kinds.map((kind) => t.test(`in ${kind}`, (t) => showsNone(kind, t))));
});

/** @param {import('./lib/browser.mjs').Kind} kind @param {import('node:test').TestContext} t */
async function showsNone(kind, t) {
  const server = await new Server().start();
  t.after(() => server.dispose());
  const bad = await naive();
  t.after(() => {
    bad.server.closeAllConnections();
    bad.server.close();
  });
  const window = await Headful.start(kind);
  t.after(() => window.stop());
  const { page } = window;
  const owner = await Owner.setUp(server.url);
  await owner.lend(page.browserContext(), '127.0.0.1');
  const name = (/** @type {string} */ what) => `indicator-${kind.toLowerCase()}-${what}`;
  /** The name of the one frame there is. */
  const frame = () => page.evaluate(() => document.querySelector('iframe')?.name ?? '');
  const renewed = (/** @type {string} */ old) =>
    page.waitForFunction(
      (old) => {
        const frames = [...document.querySelectorAll('iframe')];
        return frames.length === 1 && frames[0]?.name !== old;
      },
      { timeout: 60_000, polling: 50 },
      old,
    );
  /** Says a line a few times a second, and sees it, for so long and until the tab was looked at often. @param {string} word @param {number} seconds */
  const talk = async (word, seconds) => {
    const end = performance.now() + seconds * 1000;
    const enough = window.witness.all.length + often;
    for (let n = 1; performance.now() < end || window.witness.all.length < enough; n += 1) {
      await owner.say(`${word} ${n}`);
      await sees(page, `${word} ${n}`);
      await pause(200);
    }
  };
  /** Nothing may be shown while something goes on, nor right after it. @param {string} what @param {() => Promise<void>} during */
  const unseen = async (what, during) => {
    const looks = await window.witness.during(during);
    t.diagnostic(`${what}: ${looks.length} looks`);
    await window.picture(name(what));
    assert.ok(looks.length > often, 'it was looked at all the time');
    assert.ok(
      looks.every((shown) => !shown),
      `shown in ${looks.filter(Boolean).length} of ${looks.length} looks`,
    );
    assert.equal(await window.moves(), false, 'nothing moves in the tab');
  };

  await t.test('with messages that come for ten seconds', async () => {
    await page.goto(server.url);
    await listensBy(page, 'iframe');
    await window.witness.settle(false); // that the page was loaded is told a little later
    const first = await frame();
    await unseen('stream', () => talk('message', 10));
    assert.equal(await frame(), first, 'all came by one stream');
  });

  await t.test('when the stream is recycled, and after it', async () => {
    const old = await frame();
    await unseen('recycled', async () => {
      for (let n = 0; n < 60 && (await frame()) === old; n += 1) await owner.say('many words '.repeat(1_800));
      await renewed(old);
      await talk('after the change', 10);
    });
  });

  await t.test('when the connection was lost, and after it', async () => {
    const old = await frame();
    await unseen('reconnected', async () => {
      await server.kill();
      await server.start();
      await renewed(old);
      await listensBy(page, 'iframe', 60_000);
      await talk('after the loss', 10);
    });
  });

  // Without this nobody knows whether the test can see one.
  await t.test('but it does for a page that was made without thinking of it', async () => {
    page.goto(bad.site).catch(() => {}); // it never ends
    await page.waitForFunction(() => document.title === 'Naive' && document.querySelector('iframe'));
    await window.witness.settle(true);
    const enough = window.witness.all.length + 11;
    const looks = await window.witness.during(async () => {
      await pause(2_000);
      await window.witness.reach(enough);
    });
    await window.picture(name('shown'));
    assert.ok(
      looks.length > 10 && looks.every(Boolean),
      `shown in ${looks.filter(Boolean).length} of ${looks.length} looks`,
    );
    assert.ok(await window.moves(10_000), 'the indicator moves');
  });
}
