// A frame client of 2007 in a real browser: a page with a control frame and a listen frame, beside chatd on its origin.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beside } from './lib/beside.mjs';
import { launchChromium, newPerson, newTab } from './lib/browser.mjs';
import { setUp } from './lib/people.mjs';
import { Server } from './lib/server.mjs';

/** @typedef {import('puppeteer-core').Page} Page */

const oldPage = `<html><head><title>Chat</title><script language="JavaScript">
var told = [];
function push() {
  var event = {};
  for (var i = 0; i + 1 < arguments.length; i += 2) event[arguments[i]] = arguments[i + 1];
  told.push(event);
}
function ask(name, query) { frames[name].location.href = '/pushlet.srv?' + query; }
</script></head><body><iframe name="control"></iframe><iframe name="listen"></iframe></body></html>`;

/** @param {Page} page @param {string} frame @param {string} query */
const ask = (page, frame, query) => page.evaluate(`ask(${JSON.stringify(frame)}, ${JSON.stringify(query)})`);

/**
 * Takes the first event of a kind, waiting for it.
 * @param {Page} page @param {string} kind @returns {Promise<Record<string, string>>}
 */
async function told(page, kind) {
  const found = await page.waitForFunction(
    (kind) => {
      const all = /** @type {any} */ (window).told;
      const at = all.findIndex((/** @type {any} */ event) => event.p_event === kind);
      return at >= 0 && all.splice(at, 1)[0];
    },
    { timeout: 15_000, polling: 20 },
    kind,
  );
  return /** @type {Promise<any>} */ (found.jsonValue());
}

test('a frame client of 2007 chats in Chromium', { timeout: 120_000 }, async (t) => {
  const server = await new Server().start();
  const browser = await launchChromium();
  const { proxy, address } = await beside(server.url, '/old.html', oldPage);
  t.after(async () => {
    await browser.close();
    proxy.closeAllConnections();
    proxy.close();
    await server.dispose();
  });
  const ana = await newPerson(browser);
  await setUp(ana.page, address, { name: 'ana' });
  const room = new URL(ana.page.url()).pathname.split('/').pop();
  const { page, problems } = await newTab(ana.context);
  await page.goto(`${address}/old.html`);
  let id = '';

  await t.test('it joins, listens by a stream and has a heartbeat', async () => {
    await ask(page, 'control', 'p_event=join');
    id = (await told(page, 'join-ack')).p_id ?? '';
    await ask(page, 'listen', `p_id=${id}&p_event=listen&p_subject=/chat&p_mode=stream`);
    await told(page, 'listen-ack');
    await told(page, 'hb');
    await ask(page, 'control', `p_event=hb&p_id=${id}`);
    await told(page, 'hb-ack');
  });

  await t.test('what it publishes comes as it was written, and runs nowhere', async () => {
    for (const text of ['hello', `it's "100%" </script><script>parent.forged = true</script> é`]) {
      await ask(page, 'control', `p_event=publish&p_subject=/chat/${room}&msg=${text}&p_id=${id}`);
      await told(page, 'publish-ack');
      const data = await told(page, 'data');
      assert.equal(data.msg, text);
      assert.equal(data.p_from, 'ana');
      assert.equal(data.p_subject, `/chat/${room}`);
    }
    assert.equal(await page.evaluate('window.forged'), undefined);
  });

  await t.test('in the mode pull its frame comes back by itself', async () => {
    await ask(page, 'listen', `p_id=${id}&p_event=listen&p_mode=pull`);
    await told(page, 'listen-ack');
    for (const text of ['one', 'two']) {
      await ask(page, 'control', `p_event=publish&p_subject=/chat/${room}&msg=${text}&p_id=${id}`);
      assert.equal((await told(page, 'data')).msg, text);
    }
    assert.ok(await told(page, 'refresh-ack'));
  });

  await t.test('it leaves', async () => {
    await ask(page, 'control', `p_event=leave&p_id=${id}`);
    await told(page, 'leave-ack');
    assert.deepEqual(problems, []);
  });
});
