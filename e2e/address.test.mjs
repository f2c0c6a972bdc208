// chatd at addresses that are not a name of plain letters: an IPv6 address, and a name with letters of another script.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { kinds, launch, newPerson } from './lib/browser.mjs';
import { Owner } from './lib/owner.mjs';
import { choose, invite, listensBy, say, sees, signIn, signOut, signUp } from './lib/people.mjs';
import { freePort } from './lib/proxies.mjs';
import { Server } from './lib/server.mjs';

/** @typedef {import('puppeteer-core').Browser} Browser */

describe('at an IPv6 address', () => {
  const server = new Server();
  /** @type {Owner} */ let owner;
  let url = '';

  before(async () => {
    server.url = 'http://[::1]:0';
    await server.start();
    url = /ready at (\S+)/.exec(server.log)?.[1] ?? '';
    assert.match(url, /^http:\/\/\[::1\]:[1-9]\d+$/);
    owner = await Owner.setUp(url); // from this machine, so without a code
  });
  after(() => server.dispose());

  for (const kind of kinds)
    test(`people talk in ${kind}`, { timeout: 120_000 }, async (t) => {
      const browser = await launch(kind);
      t.after(() => browser.close());
      await talk(browser, owner, url);
    });
});

describe('under a name in its own script', () => {
  const hostname = 'xn--bcher-kva.example';
  const server = new Server();
  /** @type {Owner} */ let owner;
  let typed = '';
  let meant = '';

  before(async () => {
    const port = await freePort();
    typed = `http://bücher.example:${port}`;
    meant = `http://${hostname}:${port}`;
    server.env = { CHATD_PUBLIC_URL: typed };
    server.url = `http://127.0.0.1:${port}`;
    await server.start();
    assert.ok(server.log.includes(`ready at ${meant}`), server.log);
    owner = await Owner.setUp(server.url);
  });
  after(() => server.dispose());

  for (const kind of kinds)
    test(`people talk in ${kind}`, { timeout: 120_000 }, async (t) => {
      const browser = await launch(kind, [hostname]);
      t.after(() => browser.close());
      await talk(browser, owner, typed, meant);
    });
});

/**
 * The owner talks with somebody at an address, and invites to it. One page alone: Firefox draws no other.
 * @param {Browser} browser @param {Owner} owner @param {string} typed @param {string} [meant] as browsers write it
 */
async function talk(browser, owner, typed, meant = typed) {
  const { page, problems } = await newPerson(browser);
  const newcomer = (await browser.version()).toLowerCase().replace(/[^a-z].*/, '');
  await signIn(page, typed, 'ana');
  for (const transport of ['iframe', 'long-poll']) {
    if (transport === 'iframe') await listensBy(page, transport);
    else await choose(page, transport);
    await owner.say(`to ${newcomer} by ${transport}`);
    await sees(page, `to ${newcomer} by ${transport}`);
    await say(page, `from ${newcomer} by ${transport}`);
    await sees(page, `from ${newcomer} by ${transport}`);
  }
  const link = await invite(page);
  assert.ok(link.startsWith(`${meant}/join/`), link);
  await signOut(page);
  await signUp(page, link, newcomer);
  await owner.say(`welcome, ${newcomer}`);
  await sees(page, `welcome, ${newcomer}`);
  assert.deepEqual(problems, []);
}
