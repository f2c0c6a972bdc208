// The comet client alone, in a real browser against a real chatd.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launchChromium, newPerson } from './lib/browser.mjs';
import { Server } from './lib/server.mjs';

/** @typedef {import('puppeteer-core').Page} Page */
/** @typedef {import('../frontend/src/comet/index.ts').CometState} State */

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** The client as one script that sets the global `comet`. */
function bundle() {
  const entry = path.join(root, 'frontend/src/comet/index.ts');
  const args = [
    '-C',
    path.join(root, 'tools'),
    'tool',
    'esbuild',
    '--bundle',
    '--format=iife',
    '--global-name=comet',
  ];
  return execFileSync('go', [...args, '--log-level=error', entry], { encoding: 'utf8' });
}

/** A workspace with its owner, who speaks through the API. */
class Owner {
  /** @param {string} url @param {string} cookie @param {any} room */
  constructor(url, cookie, room) {
    this.url = url;
    this.cookie = cookie;
    this.room = room;
  }

  /** @param {string} url @returns {Promise<Owner>} */
  static async setUp(url) {
    const body = {
      workspace: 'Ubuntu help',
      username: 'ana',
      display_name: 'Ana',
      password: 'correct horse battery',
    };
    const answer = await fetch(`${url}/api/v1/setup`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    assert.equal(answer.status, 201, await answer.text());
    const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const overview = await (await fetch(`${url}/api/v1/overview`, { headers: { Cookie: cookie } })).json();
    return new Owner(url, cookie, overview.rooms[0]);
  }

  /** @param {string} body */
  async say(body) {
    const answer = await fetch(`${this.url}/api/v1/rooms/${this.room.id}/messages`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Cookie: this.cookie },
      body: JSON.stringify({ client_id: crypto.randomUUID(), body }),
    });
    assert.equal(answer.status, 201, await answer.text());
  }

  /** @param {'POST'} method @param {string} address */
  async request(method, address) {
    return fetch(this.url + address, {
      method,
      headers: { Accept: 'application/json', Cookie: this.cookie },
    });
  }
}

/**
 * Opens a page that has no client of its own, and a client in it.
 * @param {Page} page @param {string} url @param {Owner} owner @param {string} transport
 */
async function open(page, url, owner, transport) {
  const [name = '', value = ''] = owner.cookie.split('=');
  await page.setCookie({ name, value, url });
  await page.goto(`${url}/no/such/page`);
  await page.evaluate(bundle());
  await start(page, owner, transport);
}

/** @param {Page} page @param {Owner} owner @param {string} transport */
function start(page, owner, transport) {
  return page.evaluate(
    ({ id, position }, transport) => {
      const here = /** @type {any} */ (window);
      here.shown = [];
      here.calls = [];
      here.client = new here.comet.CometClient({
        control: '/comet/control',
        data: '/comet/data',
        cursors: { [`room:${id}`]: [position.epoch, position.seq] },
        transport,
        delegate: {
          /** @param {string} _topic @param {number} _seq @param {any} payload */
          onData: (_topic, _seq, payload) => here.shown.push(payload.message?.body ?? payload.kind),
          onGap: () => here.calls.push('gap'),
          onPresence: () => {},
          onHint: () => {},
          /** @param {string} topic @param {string} why */
          onUnsubscribed: (topic, why) => here.calls.push(`unsubscribed ${topic} ${why}`),
          /** @param {string} reason */
          onAbort: (reason) => here.calls.push(`abort ${reason}`),
          onState: () => {},
        },
      });
      here.client.start();
    },
    owner.room,
    transport,
  );
}

/** @param {Page} page @param {string} expression @param {number} [timeout] */
const until = (page, expression, timeout = 10_000) =>
  page.waitForFunction(expression, { timeout, polling: 20 });

/** @param {Page} page @returns {Promise<string[]>} */
const shown = (page) => page.evaluate('shown').then((value) => /** @type {string[]} */ (value));

/** @param {Page} page @param {string} transport */
const listens = (page, transport) =>
  until(page, `client.state.phase === 'listening' && client.state.transport === '${transport}'`);

// localhost is a secure context; a LAN name over plain HTTP is not.
for (const host of ['localhost', 'chat.lan']) {
  test(`the comet client in Chromium under the name ${host}`, { timeout: 180_000 }, async (t) => {
    const server = await new Server().start();
    const browser = await launchChromium(['--host-resolver-rules=MAP chat.lan 127.0.0.1']);
    t.after(async () => {
      await browser.close();
      await server.dispose();
    });
    const owner = await Owner.setUp(server.url);
    const url = `http://${host}:${new URL(server.url).port}`;
    const { page, problems } = await newPerson(browser);
    /** @type {string[]} */
    const said = [];
    const say = async (/** @type {string} */ body) => {
      said.push(body);
      await owner.say(body);
    };

    await t.test('listens by a hidden frame that leaves no trace', async () => {
      await open(page, url, owner, 'auto');
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
      for (const transport of ['long-poll', 'iframe', 'long-poll', 'iframe']) {
        await page.evaluate((name) => /** @type {any} */ (window).client.setTransport(name), transport);
        await say(`before ${transport}`);
        await listens(page, transport);
        await say(`by ${transport}`);
      }
      await until(page, `shown.length === ${said.length}`);
      assert.deepEqual(await shown(page), said);
    });

    // It takes as long as Chromium needs to notice, which is the same under any name.
    if (host === 'localhost') {
      await t.test('shows everything once when chatd is killed in the middle', async () => {
        for (const transport of ['iframe', 'long-poll']) {
          await page.evaluate((name) => /** @type {any} */ (window).client.setTransport(name), transport);
          await listens(page, transport);
          for (let i = 0; i < 20; i += 1) await say(`${transport} ${i}`);
          await server.kill();
          await server.start();
          for (let i = 20; i < 40; i += 1) await say(`${transport} ${i}`);
          await until(page, `shown.length === ${said.length}`, 60_000);
          assert.deepEqual(await shown(page), said);
        }
      });
    }

    await t.test('goes with the page: connection first, then the goodbye', async () => {
      await page.evaluate(() => /** @type {any} */ (window).client.setTransport('iframe'));
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
      await open(page, url, owner, 'iframe');
      await until(page, `shown.length === ${said.length}`);
      await page.evaluate(() => /** @type {any} */ (window).client.stop());
      assert.deepEqual(
        await page.evaluate(() => [document.querySelectorAll('iframe').length, 'chatdComet' in window]),
        [0, false],
      );
    });

    await t.test('ends at once when the person signs out', async () => {
      await start(page, owner, 'iframe');
      await listens(page, 'iframe');
      const begun = Date.now();
      await owner.request('POST', '/logout');
      await until(page, 'calls.length > 0');
      assert.ok(Date.now() - begun < 2_000);
      assert.deepEqual(await page.evaluate('calls'), ['abort signed-out']);
      assert.equal(await page.evaluate(() => document.querySelectorAll('iframe').length), 0);
    });

    assert.deepEqual(problems, []);
  });
}
