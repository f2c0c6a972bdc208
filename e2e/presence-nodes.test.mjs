// Two chatds on one database: who is here is the same on both, whichever one is at.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';
import { launchChromium, newPerson } from './lib/browser.mjs';
import { Owner } from './lib/owner.mjs';
import { listensBy, menu, part, signOut } from './lib/people.mjs';
import { address, rows } from './lib/postgres.mjs';
import { again, changes, enter, Lookout, newcomer, until } from './lib/presence.mjs';
import { Server } from './lib/server.mjs';

test('who is here is the same on every chatd', { timeout: 180_000 }, async (t) => {
  const here = await new Server().start();
  const there = await new Server({ env: { CHATD_DATABASE_URL: address(here) } }).start();
  const front = await balancer(there.url);
  const browser = await launchChromium();
  t.after(async () => {
    await browser.close();
    front.close();
    await there.dispose();
    await here.dispose();
  });
  const owner = await Owner.setUp(here.url);
  const people = [await newcomer(owner, 'bo'), await newcomer(owner, 'cy')];
  const [boHere, cyHere] = /** @type {[typeof people[0], typeof people[0]]} */ (people);
  const [ana, bo, cy] = [await newPerson(browser), await newPerson(browser), await newPerson(browser)];
  await enter(ana.page, owner, here.url.replace('127.0.0.1', 'localhost'));
  const lookout = await Lookout.on(ana.page);

  await t.test('a sign-in and a log-out elsewhere are seen within a second', async (t) => {
    await enter(bo.page, boHere, front.url);
    const begun = Date.now();
    const came = Math.max(await lookout.state(boHere.id, 'online'), await lookout.notice('bo signed in'));
    await bo.page.focus('[data-testid="composer"]');
    await bo.page.keyboard.type('hm');
    const typed = Date.now();
    const typing = (await lookout.typing('bo is typing…')) - typed;
    await lookout.typing('');
    await lookout.all();
    const leaving = Date.now();
    await menu(bo.page, 'sign-out');
    const left = Math.max(await lookout.state(boHere.id, 'offline'), await lookout.notice('bo signed out'));
    t.diagnostic(`in ${came - begun} ms after listening, typing ${typing} ms, out ${left - leaving} ms`);
    assert.ok(came - begun < 1_000 && typing < 1_000 && left - leaving < 1_000);
  });

  await t.test('the end of one chatd moves people to the other, and nobody sees it', async (t) => {
    await enter(bo.page, await again(boHere), front.url);
    await enter(cy.page, cyHere, there.url.replace('127.0.0.1', 'localhost'));
    await lookout.notice('bo signed in');
    await lookout.notice('cy signed in');
    await lookout.state(cyHere.id, 'online');
    await lookout.all();
    const before = await changes(here);
    await there.kill();
    await cy.context.close();
    front.to(here.url);
    const killed = Date.now();
    // Whoever was only there goes offline when its lease ends.
    await lookout.notice('cy went offline', 60_000);
    t.diagnostic(`cy was gone after ${Date.now() - killed} ms`);
    await listensBy(bo.page, 'iframe');
    await until(
      'the chatd is forgotten',
      async () => (await rows(here, 'select id from nodes')).length === 1,
    );
    assert.deepEqual((await changes(here)).slice(before.length), [
      { user: cyHere.id, state: 'offline', notice: 'went-offline' },
    ]);
    assert.deepEqual(
      (await lookout.all()).filter(({ user }) => user !== cyHere.id).map(({ at: _, ...what }) => what),
      [{ notice: 'cy went offline' }],
    );
    await signOut(bo.page);
    await lookout.notice('bo signed out');
    await part(bo.page, 'sign-in-form');
  });

  assert.deepEqual([...ana.problems, ...bo.problems], []);
});

/** What stands before several chatds: passes every new connection on to one of them. @param {string} url of the first */
async function balancer(url) {
  let port = Number(new URL(url).port);
  const server = net.createServer((client) => {
    const chatd = net.connect(port, '127.0.0.1');
    for (const [from, to] of /** @type {const} */ ([
      [client, chatd],
      [chatd, client],
    ])) {
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
      from.pipe(to);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  assert.ok(typeof bound === 'object' && bound);
  return {
    url: `http://localhost:${bound.port}`,
    /** @param {string} url */
    to(url) {
      port = Number(new URL(url).port);
    },
    close: () => server.close(),
  };
}
