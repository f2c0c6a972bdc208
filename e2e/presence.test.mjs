// Who comes and goes, on the screens of others. Those who look have the other browser.
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { kinds, launch, newPerson, newTab } from './lib/browser.mjs';
import { testByTurns } from './lib/names.mjs';
import { Owner } from './lib/owner.mjs';
import { choose, listensBy, menu, part, password, submit } from './lib/people.mjs';
import { changes, connected, enter, Lookout, newcomer, until } from './lib/presence.mjs';
import { rows } from './lib/postgres.mjs';

/** @typedef {import('puppeteer-core').Page} Page */

/** How long the server keeps somebody present whose last tab is closed, in milliseconds. */
const LEASE = 10_000;

testByTurns('others see who comes and goes', async (t, { kind, browser, server, url, rest }) => {
  const owner = await Owner.setUp(server.url);
  const person = await newcomer(owner, 'bo');
  const elsewhere = await launch(other(kind), ['chat.lan']);
  t.after(() => elsewhere.close());
  const ana = await newPerson(elsewhere);
  await enter(ana.page, owner, url);
  const lookout = await Lookout.on(ana.page);
  const bo = await newPerson(browser);

  await t.test('a sign-in within a second', async (t) => {
    await bo.page.goto(`${url}/sign-in`);
    await submit(bo.page, 'sign-in-form', { login: 'bo', password });
    const times = await Promise.all([lookout.state(person.id, 'online'), lookout.notice('bo signed in')]);
    await part(bo.page, 'composer');
    within(t, 1_000, times, await signedInAt(bo.page));
  });

  await t.test('a log-out within a second', async (t) => {
    await listensBy(bo.page, 'iframe');
    await lookout.all();
    await noteClicks(bo.page);
    await menu(bo.page, 'sign-out');
    const times = await Promise.all([lookout.state(person.id, 'offline'), lookout.notice('bo signed out')]);
    within(t, 1_000, times, await bo.page.evaluate(() => Number(sessionStorage.clicked)));
  });

  await t.test('the end of the last tab when the lease is over', async (t) => {
    const last = await newTab(bo.context);
    await enter(last.page, person, url);
    await lookout.notice('bo signed in');
    await lookout.all();
    const begun = Date.now();
    await last.page.close();
    const times = await rest(
      Promise.all([lookout.state(person.id, 'offline'), lookout.notice('bo went offline')]),
    );
    within(t, LEASE + 1_000, times, begun);
    assert.ok(Math.min(...times) - begun > LEASE - 1_000, 'there is time to come back');
    assert.deepEqual(last.problems, []);
  });

  await t.test('and nothing of a reload, a second tab or another transport', async () => {
    const { page, problems } = await newTab(bo.context);
    await enter(page, person, url);
    await lookout.state(person.id, 'online');
    await lookout.notice('bo signed in');
    await lookout.all();
    const before = await changes(server);

    for (let i = 0; i < 3; i += 1) {
      await page.reload();
      await listensBy(page, 'iframe');
    }
    const second = await newTab(bo.context);
    await second.page.goto(url);
    await part(second.page, 'composer');
    await page.bringToFront();
    for (const transport of ['long-poll', 'iframe']) await choose(page, transport);
    await second.page.close();
    await page.goto(`${url}/no/such/page`);
    await pause(LEASE / 3); // a page that is slow to load
    await page.goBack();
    await listensBy(page, 'iframe');

    // What all of this has left behind is gone: who would be told of it has been.
    await rest(connected(server, person.id, 1));
    await person.say('still here');
    await part(ana.page, 'message');
    assert.deepEqual(await changes(server), before);
    assert.deepEqual(await lookout.all(), []);
    assert.deepEqual([...problems, ...second.problems], []);
  });

  assert.deepEqual([...ana.problems, ...bo.problems], []);
});

// Those who look have the other browser: so every page has to come back, in each browser under each of the names.
testByTurns(
  'a crash of chatd is nobody’s coming or going',
  async (t, { kind, browser, server, host, url, rest }) => {
    const owner = await Owner.setUp(server.url);
    const people = [await newcomer(owner, 'bo'), await newcomer(owner, 'cy')];
    const [boId = 0, cyId = 0] = people.map(({ id }) => id);
    const elsewhere = await launch(other(kind), ['chat.lan']);
    t.after(() => elsewhere.close());
    const ana = await newPerson(elsewhere);
    const [bo, cy] = [await newPerson(browser), await newPerson(browser)];
    await enter(ana.page, owner, url);
    for (const [i, { page }] of [bo, cy].entries()) await enter(page, /** @type {any} */ (people[i]), url);
    const lookouts = [await Lookout.on(ana.page), await Lookout.on(bo.page)];
    await ana.page.waitForFunction(
      (ids) =>
        ids.every((id) =>
          document.querySelector(`[data-user="${id}"] [data-testid="presence"][data-state="online"]`),
        ),
      {},
      [boId, cyId],
    );
    for (const lookout of lookouts) await lookout.all();
    const before = await changes(server);

    await server.kill();
    await cy.page.close(); // with nobody there to be told
    await pause(LEASE / 2); // so that the pages have to try more than once
    await server.start();
    const back = Date.now();
    await Promise.all([ana.page, bo.page].map((page) => listensBy(page, 'iframe', 60_000)));
    t.diagnostic(`both pages listen again ${Date.now() - back} ms after chatd was there`);

    // Whoever does not come back goes offline with the lease of the chatd that is gone. After that nobody is held by it.
    const notices = lookouts.map((lookout) => lookout.notice('cy went offline', 60_000));
    const gone = await rest(Promise.all(notices));
    t.diagnostic(`who did not come back was gone after ${Math.max(...gone) - back} ms`);
    assert.deepEqual(await rows(server, 'select id from nodes where lease_until < now()'), []);
    for (const lookout of lookouts) {
      const seen = (await lookout.all()).map(({ at: _, ...what }) => what);
      assert.deepEqual(
        seen.toSorted((a, b) => Number(a.user ?? 0) - Number(b.user ?? 0)),
        [{ notice: 'cy went offline' }, { user: cyId, state: 'offline' }],
      );
    }
    assert.deepEqual((await changes(server)).slice(before.length), [
      { user: cyId, state: 'offline', notice: 'went-offline' },
    ]);

    // An ordinary restart neither. It is the same under any name, and takes its time.
    if (host === 'localhost') {
      await server.stop();
      await server.start();
      await Promise.all([ana.page, bo.page].map((page) => listensBy(page, 'iframe', 60_000)));
      const forgotten = async () => (await rows(server, 'select id from nodes')).length === 1;
      await rest(until('the chatd before is forgotten', forgotten));
      assert.equal((await changes(server)).length, before.length + 1);
      for (const lookout of lookouts) assert.deepEqual(await lookout.all(), []);
    }
    assert.deepEqual([...ana.problems, ...bo.problems], []);
  },
  [
    ['Chromium', 'localhost'],
    ['Firefox', 'chat.lan'],
  ],
);

/** @param {import('./lib/browser.mjs').Kind} kind */
const other = (kind) => kinds.find((one) => one !== kind) ?? kind;

/** @param {import('node:test').TestContext} t @param {number} limit @param {number[]} times @param {number} begun */
function within(t, limit, times, begun) {
  const took = Math.max(...times) - begun;
  t.diagnostic(`after ${Math.round(took)} ms`);
  assert.ok(took < limit, `it took ${took} ms`);
}

/** When the server had let somebody in who has just filled in the form, in milliseconds since 1970. @param {Page} page */
function signedInAt(page) {
  return page.evaluate(() => {
    const answer = performance
      .getEntriesByType('resource')
      .find(({ name }) => name.endsWith('/api/v1/sign-in'));
    return performance.timeOrigin + Number(/** @type {PerformanceResourceTiming} */ (answer).responseEnd);
  });
}

/** Makes a page note when something is clicked. @param {Page} page */
function noteClicks(page) {
  return page.evaluate(() => {
    const note = () => {
      sessionStorage.clicked = String(Date.now());
    };
    document.addEventListener('click', note, { capture: true });
  });
}
