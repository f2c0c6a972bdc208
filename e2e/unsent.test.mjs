// What was written and not sent: in two tabs, in slow mode, by somebody who is muted, and in a room that one was put
// out of.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchChromium, newPerson, newTab } from './lib/browser.mjs';
import { gone, invite, later, part, press, reload, say, sees, setUp, shows, signUp } from './lib/people.mjs';
import { run } from './lib/postgres.mjs';
import { Server } from './lib/server.mjs';

/** @typedef {import('puppeteer-core').Page} Page */
/** @typedef {Awaited<ReturnType<typeof newPerson>>} Person */

const server = new Server();
/** @type {import('puppeteer-core').Browser} */ let browser;
/** Who keeps order, and who writes. @type {Person} */ let ana;
/** @type {Person} */ let bo;
/** The ids of the room and of bo. @type {string} */ let room;
/** @type {number} */ let person;

before(async () => {
  await server.start();
  browser = await launchChromium();
  [ana, bo] = await Promise.all([newPerson(browser), newPerson(browser)]);
  await setUp(ana.page, server.url, { name: 'ana' });
  await signUp(bo.page, await invite(ana.page), 'bo');
  room = new URL(bo.page.url()).pathname.split('/').at(-1) ?? '';
  person = (await call('GET', '/users')).users.find(
    (/** @type {{username: string}} */ one) => one.username === 'bo',
  ).id;
});

after(async () => {
  await browser?.close();
  await server.dispose();
});

/** Asks the API as ana does. @param {string} method @param {string} path @param {object} [body] */
async function call(method, path, body) {
  const { status, answer } = await ana.page.evaluate(
    async (how, where, what) => {
      const headers = { 'Content-Type': 'application/json' };
      const response = await fetch(`/api/v1${where}`, { method: how, headers, body: what });
      return { status: response.status, answer: await response.text() };
    },
    method,
    path,
    body && JSON.stringify(body),
  );
  assert.ok(status < 300, `${method} ${path}: ${status} ${answer}`);
  return answer === '' ? null : JSON.parse(answer);
}

const mute = () =>
  call('PUT', `/rooms/${room}/members/${person}/mute`, { until: null, reason: 'a quiet hour' });
const endMute = () => call('DELETE', `/rooms/${room}/members/${person}/mute`);

/** What stands in the composer. @param {Page} page */
const typed = (page) =>
  page.$eval('[data-testid="composer"]', (field) =>
    field instanceof HTMLTextAreaElement ? field.value : '',
  );

test('a draft is not lost to another tab, and is kept when one is muted', async () => {
  const { page, context } = bo;
  const other = await newTab(context);
  await other.page.goto(page.url());
  await part(other.page, 'composer');
  await page.bringToFront();
  await page.type('[data-testid="composer"]', 'half a sentence');
  await other.page.bringToFront();
  await other.page.type('[data-testid="composer"]', 'x');
  await other.page.keyboard.press('Backspace');
  await page.bringToFront();
  await mute();
  await shows(page, 'read-only-note', /Your unsent draft is kept/);
  await page.reload();
  await shows(page, 'read-only-note', /Your unsent draft is kept/);
  await endMute();
  await part(page, 'composer');
  assert.equal(await typed(page), 'half a sentence');

  await other.page.bringToFront();
  await other.page.type('[data-testid="composer"]', 'y');
  await other.page.keyboard.press('Backspace');
  await page.bringToFront();
  await page.type('[data-testid="composer"]', ', and more');
  await other.page.bringToFront();
  await other.page.type('[data-testid="composer"]', 'z');
  await other.page.keyboard.press('Backspace');
  await other.page.close();
  await page.bringToFront();
  await page.reload();
  await part(page, 'composer');
  assert.equal(await typed(page), 'half a sentence, and more');
  assert.deepEqual(other.problems, []);
  await page.locator('[data-testid="composer"]').fill('');
});

test('who is muted for an hour can write again when it is over', async () => {
  const { page } = bo;
  await page.bringToFront();
  await page.type('[data-testid="composer"]', 'about the mute');
  await call('PUT', `/rooms/${room}/members/${person}/mute`, { seconds: 3_600, reason: 'a quiet hour' });
  await shows(page, 'read-only-note', /You are muted[\s\S]*until/);
  await run(
    server,
    `update memberships set muted_until = now() where room_id = ${room} and user_id = ${person}`,
  );
  await later(page, 3_601_000);
  await part(page, 'composer');
  assert.equal(await typed(page), 'about the mute');
  await page.focus('[data-testid="composer"]');
  await page.keyboard.press('Enter');
  await sees(ana.page, 'about the mute');
  await reload(page);
  await part(page, 'composer');
  await press(page, 'decisions-seen');
  await gone(page, 'decisions');
});

test('what was refused while muted can be sent once one may write again', async () => {
  const { page } = bo;
  // The page does not know yet that it is too late.
  await page.setRequestInterception(true);
  /** @type {import('puppeteer-core').HTTPRequest[]} */ const held = [];
  const hold = (/** @type {import('puppeteer-core').HTTPRequest} */ request) => {
    if (request.method() === 'POST' && /\/messages$/.test(request.url())) held.push(request);
    else void request.continue();
  };
  page.on('request', hold);
  await say(page, 'too late');
  await mute();
  await part(page, 'read-only-note');
  page.off('request', hold);
  for (const request of held) await request.continue();
  await page.setRequestInterception(false);
  await shows(page, 'message-failed', /You are muted/);
  await endMute();
  await shows(page, 'message-failed', /You may write again now/);
  await press(page, 'retry');
  await sees(page, 'too late');
  await sees(ana.page, 'too late');
});

test('what waits in slow mode goes out when that ends, and says so when it cannot', async () => {
  const { page } = bo;
  await call('PATCH', `/rooms/${room}`, { slow_mode: 300 });
  await part(page, 'slow-mode');
  await say(page, 'slow one');
  await say(page, 'slow two');
  await shows(page, 'message-waiting', /It goes out at/);
  await call('PATCH', `/rooms/${room}`, { slow_mode: 0 });
  await sees(page, 'slow two');
  await sees(ana.page, 'slow two');

  await call('PATCH', `/rooms/${room}`, { slow_mode: 300 });
  await part(page, 'slow-mode');
  await say(page, 'slow three');
  await shows(page, 'message-waiting', /It goes out at/);
  await call('PATCH', `/rooms/${room}`, { state: 'read-only' });
  await shows(page, 'message-failed', /read-only/);
  assert.equal(await page.$('[data-testid="message-waiting"]'), null);
  await call('PATCH', `/rooms/${room}`, { state: 'open', slow_mode: 0 });
  await shows(page, 'message-failed', /You may write again now/);
  await press(page, 'retry');
  await sees(ana.page, 'slow three');
});

test('what was written in a room that one is put out of can be taken along', async () => {
  const { page } = bo;
  await page.bringToFront();
  await page.type('[data-testid="composer"]', 'my long answer');
  await call('DELETE', `/rooms/${room}/members/${person}`, { reason: '' });
  await part(page, 'join-room');
  await shows(page, 'kept-draft-text', /my long answer/);
  await page.reload();
  await shows(page, 'kept-draft-text', /my long answer/);
  await press(page, 'copy-draft');
  await part(page, 'toasts');
  assert.equal(await page.evaluate(() => getSelection()?.toString().trim()), 'my long answer');
  await press(page, 'discard-draft');
  await gone(page, 'kept-draft');
  await press(page, 'join-room');
  await part(page, 'composer');
  assert.equal(await typed(page), '');
});

test('nothing went wrong on any page', () => {
  assert.deepEqual([...ana.problems, ...bo.problems], []);
});
