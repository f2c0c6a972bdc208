// Chat without JavaScript: in browsers with scripts off, in text browsers, and in browsers that are too old.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import { kinds, launch, launchChromium, launchFirefox, newPerson } from './lib/browser.mjs';
import { lines } from './lib/conversation.mjs';
import { inspect } from './lib/looks.mjs';
import { Owner } from './lib/owner.mjs';
import { password, say, sees, signIn } from './lib/people.mjs';
import { Server } from './lib/server.mjs';
import { Lynx, W3m } from './lib/textbrowsers.mjs';

/** @typedef {import('puppeteer-core').Page} Page */
/** @typedef {import('puppeteer-core').Frame} Frame */

const server = new Server();
/** @type {Owner} */ let owner;
/** For whoever needs no browser of their own. @type {import('puppeteer-core').Browser} */ let chromium;

before(async () => {
  await server.start();
  chromium = await launchChromium();
  owner = await Owner.setUp(server.url);
  for (const name of ['bo', 'cleo', 'dana', 'emil']) await newcomer(name);
});

after(async () => {
  await chromium.close();
  await server.dispose();
});

for (const kind of kinds) {
  test(`people without scripts chat live with others, in ${kind}`, async (t) => {
    const browser =
      kind === 'Firefox'
        ? await launchFirefox([], { extraPrefsFirefox: { 'javascript.enabled': false } })
        : await launchChromium();
    t.after(() => browser.close());
    const ana = await newPerson(chromium);
    t.after(() => ana.context.close());
    await signIn(ana.page, server.url, 'ana');

    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    if (kind === 'Chromium') await page.setJavaScriptEnabled(false);
    await enter(page, 'bo');
    await owner.say(`hello, ${kind}`);
    await reads(page, `hello, ${kind}`);

    // As Markdown has it.
    for (const [line, shown] of /** @type {const} */ ([
      [`from ${kind} <b>&amp;`, `from ${kind} <b>&`],
      ['and once more', 'and once more'],
    ])) {
      await writes(page, line);
      await sees(ana.page, shown);
      await reads(page, shown);
    }
    await say(ana.page, 'from the full page');
    await reads(page, 'from the full page');
    const said = await heard(page);
    assert.deepEqual(said.slice(-3), [`from ${kind} <b>&`, 'and once more', 'from the full page']);

    // Whoever goes on typing writes the next message.
    for (const line of ['without a look', 'at the field']) {
      await ready(page);
      const form = await formOf(await control(page));
      await page.keyboard.type(line);
      await page.keyboard.press('Enter');
      await reads(page, line);
      await until(
        async () => ![form, undefined].includes(await formOf(await control(page))),
        'the next form',
      );
    }

    await (await display(page)).evaluate(() => document.body.remove());
    await enters(page, 'a[target="display"]');
    await reads(page, 'at the field');

    await enters(await control(page), '[action="/plain/sign-out"] button');
    await until(async () => /You are signed out/.test(await text(page)), 'the page follows the log-out');
    assert.match(await page.evaluate(() => location.href), /\/plain\?why=signed-out$/);
    assert.deepEqual(ana.problems, []);
  });

  test(`the newest line stays in view, and reading back is not disturbed, in ${kind}`, async (t) => {
    const browser = await launch(kind);
    t.after(() => browser.close());
    const { page } = await newPerson(browser, { width: 800, height: 500 });
    await enter(page, 'cleo');
    for (const text of lines(60)) await owner.say(text);
    await owner.say('the last of them');
    await reads(page, 'the last of them');
    const frame = await display(page);
    await until(async () => (await place(frame)).below < 2, 'the newest line is in view');

    await frame.evaluate(() => document.querySelector('.scroll')?.scrollBy(0, -400));
    const before = await place(frame);
    assert.ok(before.below > 300, `it was scrolled back: ${JSON.stringify(before)}`);
    await owner.say('while reading back');
    await reads(page, 'while reading back');
    const now = await place(frame);
    assert.equal(now.seen, before.seen, 'the same line is at the top');
    assert.ok(Math.abs(now.top - before.top) < 3, `it stays where it was: ${before.top}, ${now.top}`);
  });
}

/** What is to be seen of a display: the first message in view, where it is, and how much is below. @param {Frame} frame */
function place(frame) {
  return frame.evaluate(() => {
    const scroll = document.querySelector('.scroll');
    const messages = [...document.querySelectorAll('.message')];
    const first = messages.find((e) => e.getBoundingClientRect().bottom > 0);
    const last = messages.at(-1)?.getBoundingClientRect().bottom ?? 0;
    return {
      seen: first?.textContent ?? '',
      top: first?.getBoundingClientRect().top ?? 0,
      below: last - (scroll?.getBoundingClientRect().bottom ?? 0),
    };
  });
}

/** Signs in without scripts and opens the room. @param {Page} page @param {string} name */
async function enter(page, name) {
  await page.goto(`${server.url}/plain`);
  await page.type('#login', name);
  await page.type('#password', password);
  await enters(page, '#password');
  await until(async () => (await page.$('.rooms a')) !== null, 'the list of rooms');
  await enters(page, '.rooms a');
  await display(page);
}

/** Presses Enter at a part of a page: without scripts Firefox lets nobody click by its protocol. @param {Page | Frame} page @param {string} selector */
async function enters(page, selector) {
  await (await page.$(selector))?.press('Enter');
}

/** All that a page says. @param {Page} page */
const text = (page) => page.evaluate(() => document.body.textContent ?? '');

/** @param {Page} page @param {string} part */
async function framed(page, part) {
  /** @type {Frame | undefined} */
  let frame;
  await until(async () => {
    const element = await page.$(`iframe.${part}`);
    frame = /** @type {Frame} */ (await element?.contentFrame());
    return frame.evaluate(() => document.querySelector('main') !== null);
  }, `the frame ${part}`);
  return /** @type {Frame} */ (frame);
}

/** @param {Page} page */
const display = (page) => framed(page, 'display');
/** @param {Page} page */
const control = (page) => framed(page, 'control');

/** Waits for something that a browser without scripts cannot tell by itself. @param {() => Promise<boolean>} ok @param {string} what */
async function until(ok, what, within = 15_000) {
  const end = performance.now() + within;
  while (!(await ok().catch(() => false))) {
    assert.ok(performance.now() < end, `not within ${within} ms: ${what}`);
    await pause(25);
  }
}

/** The messages that the display shows. @param {Page} page */
async function heard(page) {
  const frame = await display(page);
  return frame.evaluate(() => [...document.querySelectorAll('.words')].map((e) => e.textContent));
}

/** @param {Page} page @param {string} line */
const reads = (page, line) =>
  until(async () => (await heard(page)).includes(line), `the display shows ${line}`);

/** Writes a line in the control frame. @param {Page} page @param {string} line */
async function writes(page, line) {
  const frame = await control(page);
  const form = await formOf(frame);
  await frame.type('#body', line);
  await enters(frame, '#body');
  await until(
    async () => ![form, undefined].includes(await formOf(await control(page))),
    'the form is empty again',
  );
}

/** Waits until the field has the focus. @param {Page} page */
const ready = (page) =>
  until(async () => {
    const frame = await control(page);
    return frame.evaluate(() => document.hasFocus() && document.activeElement?.id === 'body');
  }, 'the field has the focus');

/** What makes a form unique. @param {Frame} frame */
const formOf = (frame) =>
  frame.evaluate(() => document.querySelector('[name="client_id"]')?.getAttribute('value') ?? undefined);

/** Lets somebody join the workspace. @param {string} username */
async function newcomer(username, name = username) {
  const headers = { 'Content-Type': 'application/json', Cookie: owner.cookie };
  const made = await fetch(`${server.url}/api/v1/invites`, { method: 'POST', headers, body: '{}' });
  const { url } = await made.json();
  const account = { username, display_name: name, password, invite: url.split('/').pop() };
  const answer = await fetch(`${server.url}/api/v1/sign-up`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(account),
  });
  assert.equal(answer.status, 201, await answer.text());
}

/** @param {string} name */
async function room(name) {
  const answer = await fetch(`${server.url}/api/v1/rooms`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Cookie: owner.cookie },
    body: JSON.stringify({ kind: 'public', name }),
  });
  return new Owner(server.url, owner.cookie, await answer.json());
}

test('people sign in, join, read and write in Lynx', async (t) => {
  const harbour = await room('lynx harbour');
  await harbour.say('who is there?');
  const lynx = new Lynx(`${server.url}/plain`);
  t.after(() => lynx.close());
  await lynx.shows('Enter text into the field');
  await lynx.fill('dana');
  await lynx.fill('not the password');
  lynx.enter();
  await lynx.shows('The name or the password is wrong');
  await lynx.shows('Enter text into the field');
  await lynx.next(); // the name is there still
  await lynx.fill(password);
  lynx.enter();
  await lynx.shows('You are signed in as dana');
  await lynx.shows('lynx harbour');
  await lynx.next(); // from the full page to the log-out,
  await lynx.next(); // to the room that dana is in,
  await lynx.next(); // and to the one to join
  lynx.enter();
  await lynx.shows('who is there?');
  for (const _ of ['Write a message', 'With frames', 'Show newer', 'the field']) await lynx.next();
  await lynx.fill('dana, in a terminal');
  lynx.enter();
  await lynx.shows('dana, in a terminal');
  await harbour.say('good to see you');
  lynx.reload();
  await lynx.shows('good to see you');
  assert.deepEqual(await bodies(harbour), ['who is there?', 'dana, in a terminal', 'good to see you']);
});

test('people sign in, read and write in w3m', async (t) => {
  const harbour = await room('w3m harbour');
  await join('emil', harbour.room.id);
  await harbour.say('who is there?');
  const w3m = new W3m(`${server.url}/plain?room=${harbour.room.id}`);
  t.after(() => w3m.close());
  await w3m.shows('Viewing');
  await w3m.fill(1, 'TEXT:', 'emil');
  await w3m.fill(1, 'Password:', password);
  await w3m.follow(1);
  await w3m.shows('who is there?');
  await w3m.fill(5, 'TEXT:', 'emil, in a terminal');
  await w3m.follow(1);
  await w3m.shows('emil, in a terminal');
  await harbour.say('good to see you');
  await w3m.reload();
  await w3m.shows('good to see you');
  assert.deepEqual(await bodies(harbour), ['who is there?', 'emil, in a terminal', 'good to see you']);
});

test('browsers from before 2023 are led to the pages without scripts, unless they want to stay', async (t) => {
  const { page, context, problems } = await newPerson(chromium);
  t.after(() => context.close());
  await page.evaluateOnNewDocument(() => Reflect.deleteProperty(Array.prototype, 'toSorted'));
  await page.goto(`${server.url}/join/none`);
  await page.waitForFunction(() => location.pathname === '/plain');
  assert.match(await text(page), /too old for the full page/);
  await page.click('a[href="/join/none?full"]');
  await page.waitForSelector('[data-testid="invite-unknown"]');
  await page.goto(`${server.url}/sign-in`); // the wish holds as long as the tab
  await page.waitForSelector('[data-testid="sign-in-form"]');
  assert.deepEqual(problems, []);
});

test('a browser without scripts is led from the full page to the one that it can show', async (t) => {
  const context = await chromium.createBrowserContext();
  t.after(() => context.close());
  const page = await context.newPage();
  await page.setJavaScriptEnabled(false);
  await page.goto(server.url);
  await until(async () => /Sign in to/.test(await text(page)), 'it is led there');
  assert.equal(page.url(), `${server.url}/plain`);
});

test('a browser without scripts comes to the room that it wanted', async (t) => {
  const context = await chromium.createBrowserContext();
  t.after(() => context.close());
  const page = await context.newPage();
  await page.setJavaScriptEnabled(false);
  await page.goto(`${server.url}/rooms/${owner.room.id}`);
  await until(async () => /Sign in to/.test(await text(page)), 'it is led to the form');
  await page.type('#login', 'bo');
  await page.type('#password', password);
  await enters(page, '#password');
  await display(page);
  assert.equal(page.url(), `${server.url}/plain/rooms/${owner.room.id}`);
});

test('all of the control frame can be reached on small screens', async (t) => {
  const { page, context } = await newPerson(chromium, { width: 390, height: 844 });
  t.after(() => context.close());
  const small = await room('a small room');
  await join('bo', small.room.id);
  await page.goto(`${server.url}/plain?room=${small.room.id}`);
  await page.type('#login', 'bo');
  await page.type('#password', password);
  await enters(page, '#password');
  await display(page);
  const frame = await control(page);
  await enters(frame, 'summary');
  const beyond = () =>
    frame.evaluate(() => document.documentElement.scrollHeight - document.documentElement.clientHeight);
  assert.equal(await beyond(), 0, 'leaving the room fits');
  await page.setViewport({ width: 320, height: 256 });
  for (const selector of [
    '#body',
    'a[href$="?several"]',
    '[action$="/leave"] button',
    '[action$="/sign-out"] button',
  ]) {
    const element = await frame.$(selector);
    await element?.evaluate((e) => e.scrollIntoView({ block: 'nearest' }));
    await until(
      async () => (await element?.isIntersectingViewport({ threshold: 1 })) === true,
      `${selector} is in view`,
    );
  }
});

test('what decides who is too old', () => {
  const file = path.join(path.dirname(fileURLToPath(import.meta.url)), '../app/old.js');
  const script = fs.readFileSync(file, 'utf8');
  /** Where a browser is led. @param {{modern?: boolean, modules?: boolean, colours?: boolean, search?: string, storage?: any, base?: string}} browser */
  const led = ({
    modern = true,
    modules = true,
    colours = true,
    search = '',
    storage = new Map(),
    base = '',
  }) => {
    let to = '';
    const list = modern ? { prototype: { toSorted() {} } } : { prototype: {} };
    const sessionStorage =
      storage === null
        ? undefined
        : {
            getItem: (/** @type {string} */ k) => storage.get(k) ?? null,
            setItem: storage.set.bind(storage),
          };
    vm.runInNewContext(script, {
      Array: list,
      CSS: { supports: () => colours },
      document: {
        createElement: () => (modules ? { noModule: false } : {}),
        documentElement: { getAttribute: () => base },
      },
      location: {
        search,
        pathname: `${base}/rooms/7`,
        replace: (/** @type {string} */ where) => {
          to = where;
        },
      },
      sessionStorage,
    });
    return to;
  };
  const away = '/plain?why=old&from=%2Frooms%2F7';
  assert.equal(led({}), '');
  assert.equal(led({ modern: false }), away);
  assert.equal(led({ modules: false }), away);
  assert.equal(led({ colours: false }), away);
  assert.equal(led({ modern: false, base: '/chat' }), `/chat${away}`);
  assert.equal(led({ modern: false, storage: null }), away);
  assert.equal(led({ modern: false, storage: null, search: '?full' }), '');
  assert.equal(led({ modern: false, search: '?fuller' }), away);
  const tab = new Map();
  assert.equal(led({ modern: false, storage: tab, search: '?a=1&full' }), '');
  assert.equal(led({ modern: false, storage: tab }), '', 'the tab stays');
});

test('the pages without scripts look right', async (t) => {
  const { page, context, problems } = await newPerson(chromium);
  t.after(() => context.close());
  await page.goto(`${server.url}/plain?why=old&from=/`);
  await inspect(page, 'plain-sign-in');
  const long = await room(`A room with a name that is rather longer than anybody would ${'choo'.repeat(5)}`);
  const wide = 'W'.repeat(80);
  await newcomer('wanda', wide);
  await join('wanda', long.room.id);
  await enter(page, 'wanda');
  await page.goto(`${server.url}/plain`);
  await inspect(page, 'plain-list');
  const address = `${server.url}/plain/rooms/${long.room.id}`;
  void page.goto(address).catch(() => {}); // the display is never whole
  await display(page);
  await inspect(page, 'plain-empty-room');
  for (const said of [
    ...lines(12),
    `one-very-long-word-${'o'.repeat(200)}`,
    'العربية: سطر من اليمين إلى اليسار',
  ])
    await long.say(said);
  await writes(page, 'one line of many');
  await reads(page, 'one line of many');
  await inspect(page, 'plain-room');
  await page.goto(`${address}/page?several`);
  await inspect(page, 'plain-page');
  await page.goto(`${address}/control`);
  await inspect(page, 'plain-control');
  await page.type('#body', ' ');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.problem');
  await inspect(page, 'plain-refused');
  await page.goto(`${server.url}/plain/rooms/999999`);
  await inspect(page, 'plain-not-found');
  void page.goto(`${address}/display`).catch(() => {});
  await page.waitForSelector('.words');
  await inspect(page, 'plain-display');
  assert.deepEqual(problems, []);
});

/** Makes somebody a member of a public room. @param {string} login @param {number} id */
async function join(login, id) {
  const signedIn = await fetch(`${server.url}/api/v1/sign-in`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ login, password }),
  });
  const Cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const answer = await fetch(`${server.url}/api/v1/rooms/${id}/membership`, {
    method: 'PUT',
    headers: { Cookie },
  });
  assert.equal(answer.status, 200, await answer.text());
}

/** The texts of a room's messages. @param {Owner} room */
async function bodies({ room: { id }, cookie }) {
  const answer = await fetch(`${server.url}/api/v1/rooms/${id}/messages`, { headers: { Cookie: cookie } });
  const { messages } = await answer.json();
  return messages.map((/** @type {{body: string}} */ message) => message.body);
}
