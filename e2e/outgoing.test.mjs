// No request leaves the host, except those that a setting asks for: neither from the page nor from the server.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { launchChromium, newPerson } from './lib/browser.mjs';
import {
  choose,
  close,
  createRoom,
  invite,
  listensBy,
  menu,
  part,
  press,
  say,
  sees,
  setUp,
  signIn,
  signOut,
  signUp,
  takesKeys,
} from './lib/people.mjs';
import { Server } from './lib/server.mjs';
import { departures, traced, untraceable } from './lib/trace.mjs';

/** @typedef {import('puppeteer-core').Page} Page */

test('nothing leaves the host while people set up, talk and look into every dialog', async (t) => {
  const impossible = untraceable();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'chatd-trace-'));
  const file = path.join(folder, 'trace');
  const server = new Server(impossible ? {} : { under: traced(file) });
  const browser = await launchChromium();
  t.after(async () => {
    await browser.close();
    await server.dispose();
    fs.rmSync(folder, { recursive: true, force: true });
  });
  await server.start();
  const asked = watch(browser);

  const ana = await newPerson(browser);
  await setUp(ana.page, server.url, { name: 'ana' });
  const bo = await newPerson(browser);
  await signUp(bo.page, await invite(ana.page), 'bo');
  for (const transport of ['iframe', 'long-poll']) {
    await choose(ana.page, transport);
    const text = `see https://example.org/${transport}.png`;
    await say(bo.page, text);
    await sees(ana.page, text);
  }
  await everyDialog(ana.page);
  await everyPart(ana.page);
  await everyDialog(bo.page);
  await createRoom(ana.page, 'private', 'Elsewhere');
  await signOut(bo.page);
  await signIn(bo.page, server.url, 'bo');
  await listensBy(bo.page, 'iframe');

  const origin = new URL(server.url).origin;
  assert.ok(asked.size > 20, `${asked.size} requests were seen`);
  assert.deepEqual(
    [...asked].filter((a) => !a.startsWith(`${origin}/`) && !a.startsWith('data:')),
    [],
  );
  assert.deepEqual([...ana.problems, ...bo.problems], []);

  await server.stop();
  await t.test('from chatd and its PostgreSQL', { skip: impossible || false }, async () => {
    await server.closed; // strace ends with the last process that it watches
    const trace = fs.readFileSync(file, 'utf8');
    assert.match(trace, /connect\(.*AF_UNIX.*PGSQL/, 'chatd was seen to reach its PostgreSQL');
    assert.deepEqual(departures(trace), []);
  });
});

test('a page that asks others is found', async (t) => {
  const browser = await launchChromium(['--host-resolver-rules=MAP * ~NOTFOUND']);
  t.after(() => browser.close());
  const asked = watch(browser);
  const eve = await newPerson(browser);
  await eve.page.evaluate(() => {
    new Image().src = 'http://tracker.example/pixel.png';
    const script = `fetch('http://worker.example/').catch(() => postMessage(''))`;
    const worker = new Worker(URL.createObjectURL(new Blob([script])));
    return new Promise((resolve) => worker.addEventListener('message', () => resolve(null)));
  });
  assert.match(eve.problems.join('\n'), /elsewhere: http:\/\/tracker\.example\/pixel\.png/);
  assert.ok(asked.has('http://worker.example/'), 'workers are watched too');
});

test('a server that asks others is found', { skip: untraceable() || false }, async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'chatd-trace-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  for (const host of ['192.0.2.1', '[2001:db8::1]', 'database.example']) {
    const file = path.join(folder, 'trace');
    const server = new Server({
      under: traced(file),
      env: { CHATD_DATABASE_URL: `postgres://chatd@${host}/chatd?connect_timeout=1` },
    });
    await assert.rejects(server.start(), /ended with 1/);
    await server.closed; // strace ends with the last process that it watches
    const trace = fs.readFileSync(file, 'utf8');
    assert.notDeepEqual(departures(trace), [], `${host} was asked:\n${trace}`);
    await server.dispose();
  }
});

test('the addresses in a trace are told apart', () => {
  const inside = `
1 connect(3, {sa_family=AF_UNIX, sun_path="/tmp/.s.PGSQL.5432"}, 110) = 0
1 connect(3, {sa_family=AF_INET, sin_port=htons(5432), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
1 connect(3, {sa_family=AF_INET6, sin6_port=htons(80), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "::1", &sin6_addr), sin6_scope_id=0}, 28) = 0
1 sendto(4, "x", 1, 0, NULL, 0) = 1
1 sendto(4, [{nlmsg_len=20}], 20, 0, {sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}, 12) = 20`;
  const outside = `
1 connect(3, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("127.0.0.53")}, 16) = 0
1 connect(3, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("203.0.113.9")}, 16) = -1 EINPROGRESS
1 connect(3, {sa_family=AF_INET6, sin6_port=htons(443), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "2001:db8::1", &sin6_addr), sin6_scope_id=0}, 28) = -1 ENETUNREACH
1 sendto(4, "x", 1, 0, {sa_family=AF_INET, sin_port=htons(9), sin_addr=inet_addr("10.0.0.1")}, 16) = 1
1 sendmsg(4, {msg_name={sa_family=AF_INET, sin_port=htons(9), sin_addr=inet_addr("10.0.0.1")}, msg_namelen=16}, 0) = 1`;
  assert.deepEqual(departures(inside), []);
  assert.equal(departures(outside).length, 5);
});

/**
 * Collects the address of every request of every tab, frame and worker, from its first one on.
 * @param {import('puppeteer-core').Browser} browser @returns {Set<string>}
 */
function watch(browser) {
  /** @type {Set<string>} */
  const asked = new Set();
  browser.on('targetcreated', async (target) => {
    if (target.type() === 'page') {
      const page = await target.page().catch(() => null);
      page?.on('request', (request) => asked.add(request.url()));
    } else if (['service_worker', 'shared_worker'].includes(target.type())) {
      asked.add(target.url());
      const session = await target.createCDPSession().catch(() => null);
      session?.on('Network.requestWillBeSent', ({ request }) => asked.add(request.url));
      await session?.send('Network.enable').catch(() => {});
    }
  });
  return asked;
}

/** Looks into every dialog and every part of the settings. @param {Page} page */
async function everyDialog(page) {
  for (const id of ['create-room', 'browse-rooms', 'new-message']) {
    await press(page, id);
    await page.waitForSelector('dialog[open]');
    await close(page);
  }
  for (const menu of ['user-menu', 'room-menu']) {
    await press(page, menu);
    await takesKeys(page);
    const entries = await hooks(page, '[role="menuitem"]');
    await page.keyboard.press('Escape');
    assert.ok(entries.length > 1, `${menu} has entries`);
    for (const entry of entries.filter((e) => e !== 'sign-out' && e !== 'administration')) {
      await press(page, menu);
      await press(page, entry);
      await page.waitForSelector('dialog[open]');
      // The link to the administration leads away from the dialog; everyPart goes there.
      const sections = await hooks(page, 'dialog nav [data-testid^="settings-"][href*="#"]');
      for (const section of sections) await press(page, section);
      await page.waitForNetworkIdle({ concurrency: 1, idleTime: 100 });
      await close(page);
    }
  }
}

/** Looks into every part of the administration. @param {Page} page */
async function everyPart(page) {
  await menu(page, 'administration');
  await part(page, 'administration');
  for (const entry of await hooks(page, '[data-testid="administration"] nav [data-testid^="admin-"]')) {
    await press(page, entry);
    await page.waitForNetworkIdle({ concurrency: 1, idleTime: 100 });
  }
  await press(page, 'leave-administration');
}

/** The hooks of all elements that a selector finds. @param {Page} page @param {string} selector */
const hooks = (page, selector) =>
  page.$$eval(selector, (found) => found.map((e) => e.getAttribute('data-testid') ?? ''));
