// The comet client alone, in real browsers against a real chatd.
import assert from 'node:assert/strict';
import { newPerson } from './lib/browser.mjs';
import { change, listens, open, shown, start, until } from './lib/client.mjs';
import { testInEachBrowser } from './lib/names.mjs';
import { Owner } from './lib/owner.mjs';

testInEachBrowser('the comet client', async (t, { browser, server, host, url }) => {
  const owner = await Owner.setUp(server.url);
  const { page, context, problems } = await newPerson(browser);
  await owner.lend(context, host);
  /** @type {string[]} */
  const said = [];
  const say = async (/** @type {string} */ body) => {
    said.push(body);
    await owner.say(body);
  };

  await t.test('listens by a hidden frame that leaves no trace', async () => {
    await open(page, url, { topics: owner.topics, transport: 'auto' });
    const history = await page.evaluate(() => window.history.length);
    const title = await page.title();
    await listens(page, 'iframe');
    await say('</script><script>document.title = "not this"</script>\u2028&amp;');
    await until(page, 'shown.length === 1');
    assert.deepEqual(
      await page.evaluate(() => [
        document.title,
        document.querySelectorAll('iframe').length,
        document.querySelectorAll('body > form').length,
        document.readyState,
        [...document.querySelectorAll('iframe')].map((f) => f.contentDocument?.scripts.length),
      ]),
      [title, 1, 0, 'complete', [1]],
    );
    assert.equal(await page.evaluate(() => window.history.length), history);
    const own = await page.evaluate(
      () => Object.getPrototypeOf(/** @type {any} */ (window).client.state) === Object.prototype,
    );
    assert.ok(own);
  });

  await t.test('changes to long-polling and back without a loss', async () => {
    const history = await page.evaluate(() => window.history.length);
    for (const transport of ['long-poll', 'iframe', 'long-poll', 'iframe']) {
      await change(page, transport);
      await say(`before ${transport}`);
      await listens(page, transport);
      await say(`by ${transport}`);
    }
    await until(page, `shown.length === ${said.length}`);
    assert.deepEqual(await shown(page), said);
    assert.deepEqual(await page.evaluate(() => [document.readyState, window.history.length]), [
      'complete',
      history,
    ]);
  });

  // It takes as long as a browser needs to notice, which is the same under any name.
  if (host === 'localhost') {
    await t.test('shows everything once when chatd is killed in the middle', async (t) => {
      for (const transport of ['iframe', 'long-poll']) {
        await change(page, transport);
        await listens(page, transport);
        for (let i = 0; i < 20; i += 1) await say(`${transport} ${i}`);
        await server.kill();
        await server.start();
        const back = performance.now();
        for (let i = 20; i < 40; i += 1) await say(`${transport} ${i}`);
        await until(page, `shown.length === ${said.length}`, 60_000);
        t.diagnostic(
          `by ${transport}: ${Math.round(performance.now() - back)} ms after chatd was there again`,
        );
        assert.deepEqual(await shown(page), said);
      }
    });
  }

  await t.test('goes with the page: connection first, then the goodbye', async () => {
    await change(page, 'iframe');
    await listens(page, 'iframe');
    await page.evaluate(() => {
      const send = navigator.sendBeacon.bind(navigator);
      navigator.sendBeacon = (address, body) => {
        sessionStorage.goodbye = `${document.querySelectorAll('iframe').length} frames ${address} ${body}`;
        return send(address, body);
      };
    });
    await page.goto(`${url}/no/such/page?again`);
    const goodbye = await page.evaluate(() => String(sessionStorage.goodbye));
    assert.match(goodbye, /^0 frames \/comet\/control \{"id":"\w+","operations":\[\{"op":"leave"\}\]\}$/);
  });

  await t.test('leaves nothing behind when it is stopped', async () => {
    await open(page, url, { topics: owner.topics, transport: 'iframe' });
    await until(page, `shown.length === ${said.length}`);
    await page.evaluate(() => /** @type {any} */ (window).client.stop());
    assert.deepEqual(
      await page.evaluate(() => [document.querySelectorAll('iframe').length, 'chatdComet' in window]),
      [0, false],
    );
  });

  await t.test('ends at once when the person signs out', async (t) => {
    await start(page, { topics: owner.topics, transport: 'iframe' });
    await listens(page, 'iframe');
    const begun = performance.now();
    await owner.signOut();
    await until(page, 'calls.length > 0');
    const took = performance.now() - begun;
    t.diagnostic(`${Math.round(took)} ms`);
    assert.ok(took < 1_000, `it took ${took} ms`);
    assert.deepEqual(await page.evaluate('calls'), ['abort signed-out']);
    assert.equal(await page.evaluate(() => document.querySelectorAll('iframe').length), 0);
  });

  assert.deepEqual(problems, []);
});
