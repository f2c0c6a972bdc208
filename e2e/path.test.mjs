// chatd below a path of a host name, through the proxies as docs/self-hosting.md shows them.
import assert from 'node:assert/strict';
import http from 'node:http';
import https from 'node:https';
import { after, before, describe, test } from 'node:test';
import { launchChromium, newPerson, newTab } from './lib/browser.mjs';
import {
  choose,
  invite,
  listensBy,
  part,
  password,
  say,
  sees,
  setUp,
  signOut,
  signUp,
} from './lib/people.mjs';
import { apache, below, caddy, freePort, haproxy, name, nginx } from './lib/proxies.mjs';
import { Server } from './lib/server.mjs';

/** @typedef {import('puppeteer-core').Page} Page */

const site = `https://${name}`;
const chat = `${site}/chat`;
const other = `${site}/other`;
const elsewhere =
  '    location / { add_header Content-Type text/html; return 200 "<title>Somebody else</title>"; }\n';

/** A chatd that people find at an address, on a port that is known before. @param {string} url @returns {Promise<Server>} */
async function chatdAt(url) {
  const server = new Server({ env: { CHATD_PUBLIC_URL: url, CHATD_TRUSTED_PROXIES: '127.0.0.1' } });
  server.url = `http://127.0.0.1:${await freePort()}`;
  return server;
}

/** @param {Server} server */
const portOf = (server) => Number(new URL(server.url).port);

describe('two chatd on one host name, each below a path', { timeout: 300_000 }, () => {
  /** @type {Server} */ let one;
  /** @type {Server} */ let two;
  /** @type {import('./lib/proxies.mjs').Front} */ let proxy;
  /** @type {import('puppeteer-core').Browser} */ let browser;
  /** @type {Awaited<ReturnType<typeof visitor>>} */ let ana;
  /** @type {Awaited<ReturnType<typeof visitor>>} */ let bo;

  /** Somebody whose page may ask for nothing outside of a path. @param {string} home @param {import('puppeteer-core').BrowserContext} [context] */
  async function visitor(home, context) {
    const person = context ? { context, ...(await newTab(context)) } : await newPerson(browser);
    person.page.on('request', (request) => {
      const { protocol, href } = new URL(request.url());
      if (protocol === 'https:' && !href.startsWith(`${home}/`)) person.problems.push(`asked for ${href}`);
    });
    return person;
  }

  before(async () => {
    one = await chatdAt(chat);
    two = await chatdAt(other);
    proxy = await nginx(portOf(one), '', below('nginx', { '/other': portOf(two) }) + elsewhere);
    browser = await launchChromium([
      `--host-resolver-rules=MAP ${name}:443 127.0.0.1:${proxy.https}`,
      '--ignore-certificate-errors',
    ]);
    await Promise.all([one.start(), two.start()]);
    ana = await visitor(chat);
    bo = await visitor(chat);
    await setUp(ana.page, `${chat}/`, { name: 'ana', code: await one.setupCode() });
    await signUp(bo.page, await invite(ana.page), 'bo');
  });

  after(async () => {
    await browser.close();
    await Promise.all([one.dispose(), two.dispose()]);
    await proxy.stop();
  });

  test('people talk by streams and long-polls, and a reload of a room leads to it', async () => {
    for (const transport of ['iframe', 'long-poll', 'iframe']) {
      await choose(ana.page, transport);
      await choose(bo.page, transport);
      await say(bo.page, `by ${transport}`);
      await sees(ana.page, `by ${transport}`);
      await say(ana.page, `also by ${transport}`);
      await sees(bo.page, `also by ${transport}`);
    }
    assert.match(bo.page.url(), /^https:\/\/chat\.example\.org\/chat\/rooms\/\d+$/);
    await bo.page.reload({ waitUntil: 'domcontentloaded' });
    await sees(bo.page, 'by long-poll');
    const cookies = await ana.context.cookies();
    assert.deepEqual(
      cookies.map(({ name, path, secure, httpOnly }) => ({ name, path, secure, httpOnly })),
      [{ name: '__Secure-chatd_session', path: '/chat/', secure: true, httpOnly: true }],
    );
    assert.deepEqual([...ana.problems, ...bo.problems], []);
  });

  test('another chatd beside it is used as another person, in the same browser, at the same time', async () => {
    const there = await visitor(other, ana.context);
    await setUp(there.page, `${other}/`, { name: 'eve', code: await two.setupCode() });
    const tab = await visitor(other, ana.context);
    await tab.page.goto(`${other}/`);
    await listensBy(tab.page, 'iframe');
    await there.page.bringToFront(); // hidden tabs cannot be typed in
    await say(there.page, 'over there');
    await sees(tab.page, 'over there');
    await say(bo.page, 'over here');
    await sees(ana.page, 'over here');
    await ana.page.bringToFront();
    await ana.page.reload({ waitUntil: 'domcontentloaded' });
    await sees(ana.page, 'over here');
    assert.deepEqual((await ana.context.cookies()).map(({ path }) => path).sort(), ['/chat/', '/other/']);
    const shared = await ana.page.evaluate(async () => ({
      kept: Object.keys(localStorage),
      locks: ((await navigator.locks.query()).held ?? []).map(({ name }) => name ?? ''),
    }));
    for (const home of ['/chat', '/other'])
      for (const names of [shared.kept, shared.locks])
        assert.ok(
          names.some((word) => word.includes(home)),
          `${home}: ${names}`,
        );
    assert.deepEqual(
      [...shared.kept, ...shared.locks].filter((word) => !/\/(chat|other)\b/.test(word)),
      [],
    );

    await signOut(there.page);
    await tab.page.bringToFront();
    await part(tab.page, 'sign-in-form');
    await say(bo.page, 'still here');
    await sees(ana.page, 'still here');
    for (const person of [ana, bo, there, tab]) assert.deepEqual(person.problems, []);
    await there.page.close();
    await tab.page.close();
  });

  test('the served client follows a room from a page of the other site', async () => {
    const room = new URL(ana.page.url()).pathname.split('/').pop() ?? '';
    const { page, problems } = await newTab(ana.context);
    await page.goto(`${site}/news`);
    assert.equal(await page.title(), 'Somebody else');
    await page.evaluate(async (topic) => {
      const here = /** @type {any} */ (window);
      const { Comet } = await import(/** @type {any} */ ('/chat/comet/client.js'));
      here.shown = [];
      here.comet = new Comet({
        /** @param {string} _topic @param {any} payload */
        onData: (_topic, payload) => here.shown.push(payload.message?.body),
        /** @param {any} event */
        onEvent: (event) => {
          here.following ||= event.event === 'subscribe-ack';
        },
      });
      await here.comet.join();
      here.comet.subscribe(topic);
      here.comet.listen();
    }, `room:${room}`);
    await page.waitForFunction('following');
    await say(bo.page, 'to everybody');
    await page.waitForFunction(`shown.includes('to everybody')`);
    assert.equal(await page.evaluate('comet.transport'), 'iframe');
    assert.deepEqual(problems, []);
    await page.close();
  });

  test('people chat without scripts', async () => {
    const { page, problems } = await visitor(chat);
    await page.setJavaScriptEnabled(false);
    await page.goto(`${chat}/`);
    await page.waitForSelector('[name="login"]');
    assert.equal(page.url(), `${chat}/plain`);
    await page.type('[name="login"]', 'bo');
    await page.type('[name="password"]', password);
    await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
    await (await page.waitForSelector('.rooms a'))?.press('Enter');
    const form = await frame(page, '/control');
    await (await form.waitForSelector('#body'))?.type('without scripts');
    await (await form.waitForSelector('button'))?.press('Enter');
    await sees(ana.page, 'without scripts');
    await ana.page.bringToFront();
    await say(ana.page, 'heard');
    await page.bringToFront();
    await (await frame(page, '/display')).waitForSelector('::-p-text(heard)');
    await (await (await frame(page, '/control')).waitForSelector('[action$="/sign-out"] button'))?.press(
      'Enter',
    );
    await page.waitForSelector('::-p-text(You are signed out)');
    assert.equal(page.url(), `${chat}/plain?why=signed-out`);
    assert.deepEqual(problems, []);
  });

  test('the log-out leads to the form below the path', async () => {
    await signOut(bo.page);
    assert.equal(bo.page.url(), `${chat}/sign-in`);
    assert.deepEqual(bo.problems, []);
  });
});

for (const [title, start] of Object.entries({ nginx: throughNginx, caddy, haproxy, apache }))
  test(`${title} leads to chatd below a path and to nothing else`, async (t) => {
    const upstream = http.createServer((request, response) =>
      response.end(`${request.headers.host} ${request.url}`),
    );
    const port = await freePort();
    upstream.listen(port, '127.0.0.1');
    t.after(() => upstream.close());
    const language = title === 'caddy' ? 'caddyfile' : title;
    const proxy = await start(port, below(language));
    t.after(() => proxy.stop());
    for (const path of ['/chat/', '/chat/rooms/7?a=%20b', '/chat/.x/~a-b_c'])
      assert.equal(await ask(proxy.https, path), `${name} ${path}`, path);
    for (const path of ['/', '/chatter', '/other/chat/', '/healthz'])
      assert.ok(!(await ask(proxy.https, path)).startsWith(name), path);
  });

/** @param {number} upstream @param {string} lines */
function throughNginx(upstream, lines) {
  return nginx(upstream, '', lines);
}

/** What is at an address of the site. @param {number} port @param {string} path @returns {Promise<string>} */
function ask(port, path) {
  const headers = { Host: name };
  return new Promise((resolve, reject) => {
    const request = https.get(
      { host: '127.0.0.1', port, path, headers, servername: name, rejectUnauthorized: false, agent: false },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part) => {
          text += part;
        });
        answer.on('end', () => resolve(text));
      },
    );
    request.on('error', reject);
  });
}

/** The frame of a room that has an address. @param {Page} page @param {string} end */
const frame = (page, end) => page.waitForFrame((one) => one.url().split('#')[0]?.endsWith(end) ?? false);
