// The comet client as chatd serves it to other pages of the same origin, in a real browser: in a plain page that a proxy
// serves beside chatd, and in a page under chatd's own policy on content.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beside } from './lib/beside.mjs';
import { launchChromium, newPerson, newTab } from './lib/browser.mjs';
import { isThere, setUp } from './lib/people.mjs';
import { Server } from './lib/server.mjs';

/** @typedef {import('puppeteer-core').Page} Page */

const plainPage = '<!doctype html><title>Beside chatd</title><h1>A page of somebody else</h1>';

/**
 * Follows a room in a page as its own script would, and keeps all that it is told.
 * @param {Page} page @param {string} topic @param {string} scope
 */
const follow = (page, topic, scope) =>
  page.evaluate(
    async (topic, scope) => {
      const here = /** @type {any} */ (window);
      const { Comet } = await import(/** @type {any} */ ('/comet/client.js'));
      here.shown = [];
      here.events = [];
      here.comet = new Comet({
        ...(scope === '' ? {} : { scope }),
        /** @param {string} _topic @param {any} payload @param {object} at */
        onData: (_topic, payload, at) => here.shown.push([payload.message?.body, at]),
        /** @param {object} event */
        onEvent: (event) => here.events.push(event),
      });
      await here.comet.join();
      here.comet.subscribe(topic);
      here.comet.listen();
    },
    topic,
    scope,
  );

/** @param {Page} page @param {string} expression */
const until = (page, expression) => page.waitForFunction(expression, { timeout: 15_000, polling: 20 });

/** @param {Page} page */
const begins = (page) =>
  until(page, `comet.state === 'listening' && events.some((one) => one.event === 'subscribe-ack')`);

/** @param {Page} page @returns {Promise<string[]>} */
const bodies = (page) => page.evaluate('shown.map(([body]) => body)').then((all) => /** @type {any} */ (all));

test('pages beside chatd follow a room with the served client', { timeout: 120_000 }, async (t) => {
  const server = await new Server().start();
  const browser = await launchChromium();
  const { proxy, address } = await beside(server.url, '/beside', plainPage);
  t.after(async () => {
    await browser.close();
    proxy.closeAllConnections();
    proxy.close();
    await server.dispose();
  });
  const ana = await newPerson(browser);
  await setUp(ana.page, address, { name: 'ana' });
  const room = new URL(ana.page.url()).pathname.split('/').pop();
  const topic = `room:${room}`;
  const speak = (/** @type {string} */ body) =>
    ana.page.evaluate(
      async (path, body) => {
        const headers = { 'Content-Type': 'application/json' };
        const message = JSON.stringify({ client_id: crypto.randomUUID(), body });
        const answer = await fetch(path, { method: 'POST', headers, body: message });
        if (!answer.ok) throw new Error(await answer.text());
      },
      `/api/v1/rooms/${room}/messages`,
      body,
    );
  await speak('before anybody follows');
  const plain = await newTab(ana.context);

  await t.test('in a plain page, from now on, by a stream', async () => {
    await plain.page.goto(`${address}/beside`);
    await follow(plain.page, topic, '');
    await begins(plain.page);
    assert.equal(await plain.page.evaluate('comet.transport'), 'iframe');
    await speak('the first');
    await speak('</script>the second');
    await until(plain.page, 'shown.length === 2');
    assert.deepEqual(await bodies(plain.page), ['the first', '</script>the second']);
    const ping = /** @type {number} */ (await plain.page.evaluate('comet.ping()'));
    assert.ok(ping >= 0 && ping < 10_000, `a ping took ${ping} ms`);
  });

  await t.test('in a page under the policy of chatd', async () => {
    const { page, problems } = await newTab(ana.context);
    await page.goto(`${address}/no/such/page`);
    await follow(page, topic, '');
    await begins(page);
    await speak('for both');
    await until(page, 'shown.length === 1');
    await until(plain.page, 'shown.length === 3');
    assert.deepEqual(await bodies(page), ['for both']);
    // The two share one connection, and so only one of them has a frame.
    const frames = async (/** @type {Page} */ one) =>
      one.evaluate(() => document.querySelectorAll('iframe').length);
    assert.equal((await frames(page)) + (await frames(plain.page)), 1);
    assert.deepEqual(problems, []);
    await page.close();
  });

  await t.test('with the connection of the chat, when it has the word of that', async () => {
    await plain.page.evaluate('comet.leave()');
    const me = /** @type {string} */ (
      await plain.page.evaluate(async () => String((await (await fetch('/api/v1/me')).json()).id))
    );
    await follow(plain.page, topic, me);
    await begins(plain.page);
    await speak('over one connection');
    await until(plain.page, 'shown.length === 1');
    assert.equal(await plain.page.evaluate(() => document.querySelectorAll('iframe').length), 0);
  });

  await t.test('leaving no trace, and coming back where it was', async () => {
    await plain.page.evaluate('comet.leave()');
    assert.deepEqual(
      await plain.page.evaluate(() => [document.querySelectorAll('iframe').length, 'chatdComet' in window]),
      [0, false],
    );
    await speak('while it was away');
    await plain.page.evaluate('comet.listen()');
    await until(plain.page, 'shown.length === 2');
    assert.deepEqual(await bodies(plain.page), ['over one connection', 'while it was away']);
  });

  await t.test('until the person signs out', async () => {
    await plain.page.evaluate(() => fetch('/logout', { method: 'POST' }).then(() => {}));
    await until(plain.page, `comet.state === 'abort'`);
    const refused = await plain.page.evaluate(`comet.join().then(() => 'joined', (error) => error.message)`);
    assert.match(String(refused), /sign/i);
    await isThere(ana.page, '[data-testid="sign-in-form"]');
  });

  assert.deepEqual([...ana.problems, ...plain.problems], []);
});
