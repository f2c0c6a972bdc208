// What one keeps of what was said: pins for everybody, what one saved for oneself, forwarding, earlier wordings, and who
// has seen a message.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchChromium, newPerson, newTab, picture } from './lib/browser.mjs';
import { inspect } from './lib/looks.mjs';
import {
  close,
  createRoom,
  gone,
  invite,
  open,
  opened,
  part,
  press,
  say,
  sees,
  settings,
  setUp,
  shows,
  signUp,
} from './lib/people.mjs';
import { Server } from './lib/server.mjs';

/** @typedef {import('puppeteer-core').Page} Page */
/** @typedef {Awaited<ReturnType<typeof newPerson>>} Person */

const server = new Server();
/** @type {import('puppeteer-core').Browser} */ let browser;
/** @type {Person} */ let ana;
/** @type {Person} */ let bo;

before(async () => {
  await server.start();
  browser = await launchChromium();
  [ana, bo] = await Promise.all([newPerson(browser), newPerson(browser)]);
  await setUp(ana.page, server.url, { name: 'ana' });
  await signUp(bo.page, await invite(ana.page), 'bo');
  await post(bo.page, 'The **plan** is ready.\n\n```\nmake run\n```');
  await say(bo.page, 'plain words');
  await sees(ana.page, 'plain words');
});

after(async () => {
  await browser?.close();
  await server.dispose();
});

/** @param {string} id */
const hook = (id) => `[data-testid="${id}"]`;

/** Says something of several lines in the room that is open. @param {Page} page @param {string} text */
async function post(page, text) {
  await page.evaluate(async (words) => {
    const room = location.pathname.split('/')[2];
    const headers = { 'Content-Type': 'application/json' };
    const body = JSON.stringify({ client_id: crypto.randomUUID(), body: words });
    await fetch(`/api/v1/rooms/${room}/messages`, { method: 'POST', headers, body });
  }, text);
}

/** The selector of the row in which a text stands. @param {Page} page @param {string} text */
async function rowOf(page, text) {
  const found = await page.waitForFunction(
    (wanted) =>
      [...document.querySelectorAll('[data-testid="message"][data-number]')]
        .findLast((row) => row.querySelector('[data-testid="message-body"]')?.textContent?.includes(wanted))
        ?.getAttribute('data-number'),
    { polling: 100 },
    text,
  );
  return `[data-testid="message"][data-number="${await found.jsonValue()}"]`;
}

/** Does something with a message, by its menu and the keyboard. @param {Page} page @param {string} text @param {string} id */
async function act(page, text, id) {
  await page.bringToFront();
  const row = await rowOf(page, text);
  await page.keyboard.press('Shift');
  await page.focus(row);
  await page.keyboard.press('Enter');
  await page.waitForSelector('[role="menu"] :focus');
  const entry = hook(`${id}-item`);
  await page.waitForSelector(entry);
  for (let i = 0; i < 30 && !(await page.$(`${entry}:focus`)); i++) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[role="menu"]', { hidden: true });
}

/** The texts of entries of a list. @param {Page} page @param {string} id */
const wordsOf = (page, id) =>
  page.$$eval(hook(id), (all) =>
    all.map((one) => one.querySelector('[data-testid="message-body"]')?.textContent ?? ''),
  );

/** Waits until a list has so many entries. @param {Page} page @param {string} id @param {number} count */
const has = (page, id, count) =>
  page.waitForFunction(
    (selector, wanted) => document.querySelectorAll(selector).length === wanted,
    { polling: 100 }, // a tab in the background draws nothing
    hook(id),
    count,
  );

test('what is pinned stands in the panel of everybody, and goes there and from there by itself', async () => {
  await bo.page.bringToFront();
  await press(bo.page, 'pins-button');
  await part(bo.page, 'no-pins');
  await inspect(bo.page, 'no-pins');
  await act(ana.page, 'plan', 'pin');
  await has(bo.page, 'pin', 1);
  await bo.page.waitForSelector(`${await rowOf(bo.page, 'plan')} ${hook('pinned-mark')}`);
  await act(ana.page, 'plain words', 'pin');
  await has(bo.page, 'pin', 2);
  assert.deepEqual(
    (await wordsOf(bo.page, 'pin')).map((words) => words.slice(0, 5)),
    ['plain', 'The p'],
  );
  // Who does not look after a public room pins nothing there, and unpins nothing.
  assert.equal(await bo.page.$(hook('remove-kept')), null);
});

test('the panel shows what a message says after it was edited, and none that was deleted', async () => {
  await bo.page.bringToFront();
  await say(bo.page, 'a third one');
  await act(ana.page, 'a third one', 'pin');
  await has(bo.page, 'pin', 3);
  await edit(bo.page, 'a third one', 'the third one, mended');
  await shows(ana.page, 'message-body', /mended/);
  await shows(bo.page, 'pin', /mended/);
  await remove(bo.page, 'mended');
  await has(bo.page, 'pin', 2);
});

test('one goes to what is pinned with the keyboard, and unpins it by the panel', async () => {
  const { page } = ana;
  await page.bringToFront();
  await press(page, 'pins-button');
  await has(page, 'pin', 2);
  await inspect(page, 'pins');
  await page.focus(`${hook('pin')}:last-child ${hook('go-to-kept')}`);
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => /\/rooms\/\d+\/\d+$/.test(location.pathname));
  const row = await rowOf(page, 'plan');
  await page.waitForSelector(`${row}:focus`);
  await page.focus(`${hook('pin')}:first-child ${hook('remove-kept')}`);
  await page.keyboard.press('Enter');
  await has(page, 'pin', 1);
  await has(bo.page, 'pin', 1);
  await page.waitForSelector(`${hook('pin')} ${hook('remove-kept')}:focus`);
  await page.keyboard.press('Escape');
  await gone(page, 'pins');
  await page.waitForSelector(`${hook('composer')}:focus`);
});

test('on a phone the panel takes the screen, and leaves it for the message', async () => {
  const { page } = bo;
  await page.bringToFront();
  await page.setViewport({ width: 390, height: 844 });
  await part(page, 'pins');
  await press(page, 'go-to-kept');
  await gone(page, 'pins');
  await page.waitForSelector(`${await rowOf(page, 'plan')}:focus`);
  await page.setViewport({ width: 1440, height: 900 });
});

test('what is saved is marked and listed on all devices of its owner, and on no others', async () => {
  const other = await newTab(ana.context);
  await other.page.goto(`${server.url}/saved`);
  await part(other.page, 'nothing-saved');
  await inspect(other.page, 'nothing-saved');
  await act(ana.page, 'plain words', 'save');
  await ana.page.waitForSelector(`${await rowOf(ana.page, 'plain words')} ${hook('saved-mark')}`);
  await has(other.page, 'saved-message', 1);
  await act(ana.page, 'plan', 'save');
  await has(other.page, 'saved-message', 2);
  await inspect(other.page, 'saved');
  assert.deepEqual(await bo.page.$$(hook('saved-mark')), []);
  await other.page.bringToFront();

  await other.page.focus(`${hook('saved-message')}:first-child ${hook('remove-kept')}`);
  await other.page.keyboard.press('Enter');
  // Under the pointer the way back stays, however long the other page takes.
  await other.page.locator(hook('toast-action')).hover();
  await has(other.page, 'saved-message', 1);
  await has(ana.page, 'saved-mark', 1);
  await press(other.page, 'toast-action');
  await has(other.page, 'saved-message', 2);
  await has(ana.page, 'saved-mark', 2);
  await other.page.reload();
  await has(other.page, 'saved-message', 2);
  await other.page.focus(`${hook('saved-message')}:last-child ${hook('go-to-kept')}`);
  await other.page.keyboard.press('Enter');
  await other.page.waitForSelector(`${await rowOf(other.page, 'plain words')}:focus`);
  assert.deepEqual(other.problems, []);
  await other.page.close();
});

test('many that are saved come page by page', async () => {
  const { page } = bo;
  await page.bringToFront();
  await page.evaluate(async () => {
    const room = location.pathname.split('/')[2];
    const headers = { 'Content-Type': 'application/json' };
    for (let i = 0; i < 60; i++) {
      const body = JSON.stringify({ client_id: crypto.randomUUID(), body: `number ${i}` });
      const post = () => fetch(`/api/v1/rooms/${room}/messages`, { method: 'POST', headers, body });
      let answer = await post();
      // There is a limit to how fast somebody may write.
      for (; answer.status === 429; answer = await post()) await new Promise((done) => setTimeout(done, 100));
      const { number } = await answer.json();
      await fetch(`/api/v1/me/saved/${room}/${number}`, { method: 'PUT' });
    }
  });
  await press(page, 'go-saved');
  await has(page, 'saved-message', 50);
  await press(page, 'more-saved');
  await has(page, 'saved-message', 60);
  assert.deepEqual((await wordsOf(page, 'saved-message')).slice(0, 2), ['number 59', 'number 58']);
  await gone(page, 'more-saved');
  await open(page, 'general');
});

test('a message is forwarded into another room, quoted with its author and where it is from', async () => {
  const { page } = ana;
  await page.bringToFront();
  await createRoom(page, 'private', 'secret');
  await open(page, 'general');
  await act(page, 'plan', 'forward');
  await part(page, 'forward-dialog');
  await inspect(page, 'forward-find');
  await page.keyboard.type('secr');
  await page.waitForSelector(`${hook('destination')}[aria-selected="true"] ::-p-text(secret)`);
  await page.keyboard.press('Enter');
  await page.waitForSelector(`${hook('forward-comment')}:focus`);
  await page.keyboard.type('see ```');
  await inspect(page, 'forward');
  await page.keyboard.down('Control');
  await page.keyboard.press('Enter');
  await page.keyboard.up('Control');
  await gone(page, 'forward-dialog');
  await press(page, 'toast-action');
  await opened(page, 'secret');
  const row = await rowOf(page, 'make run');
  const quote = await page.$eval(`${row} blockquote`, (found) => found.innerHTML);
  assert.match(quote, /<strong>bo<\/strong>/);
  assert.match(quote, />in general</);
  assert.match(quote, /<strong>plan<\/strong>/);
  assert.match(quote, /<pre/);
  await picture(page, 'forwarded');
  await page.locator(`${row} blockquote a`).click();
  await opened(page, 'general');
  await page.waitForSelector(`${await rowOf(page, 'plan')}:focus`);
});

test('and to a person, without the room when that is private', async () => {
  const { page } = ana;
  await open(page, 'secret');
  await say(page, 'between us');
  await act(page, 'between us', 'forward');
  await page.waitForSelector(`${hook('forward-dialog')} input:focus`);
  await page.keyboard.type('bo');
  await page.waitForSelector(`${hook('destination')}[data-kind="person"][aria-selected="true"]`);
  await page.keyboard.press('Enter');
  await part(page, 'forward-form');
  await press(page, 'forward-send');
  await gone(page, 'forward-dialog');
  await press(page, 'toast-action');
  await opened(page, 'bo');
  await rowOf(page, 'between us');
  const said = await page.$eval(
    `${await rowOf(page, 'between us')} blockquote`,
    (found) => found.textContent,
  );
  assert.doesNotMatch(said ?? '', /secret/);
  assert.match(said ?? '', /ana · the message/);
});

test('one that is too long for that says so, and how to do it', async () => {
  const { page } = ana;
  await open(page, 'secret');
  await post(page, `long ${'line\n'.repeat(3_900)}`);
  await act(page, 'long line', 'forward');
  await page.waitForSelector(`${hook('forward-dialog')} input:focus`);
  await page.keyboard.type('gene');
  await page.waitForSelector(`${hook('destination')}[aria-selected="true"] ::-p-text(general)`);
  await page.keyboard.press('Enter');
  await shows(page, 'forward-too-long', /Copy a link/);
  await inspect(page, 'forward-too-long');
  await press(page, 'forward-send');
  assert.ok(await page.$(hook('forward-dialog')));
  await page.keyboard.press('Escape');
  await gone(page, 'forward-dialog');
});

test('earlier wordings are shown from the mark and from the menu, the present one as such', async () => {
  const { page } = bo;
  await page.bringToFront();
  await say(page, 'first *wording*');
  await edit(page, 'first', 'second wording');
  const row = await rowOf(page, 'second wording');
  await page.waitForSelector(`${row} ${hook('edited')}`);
  await page.hover(row);
  await page.locator(`${row} ${hook('edited')}`).click();
  await has(page, 'revision', 2);
  assert.deepEqual(await wordsOf(page, 'revision'), ['first wording', 'second wording']);
  await inspect(page, 'revisions');
  await close(page);
  await act(page, 'second wording', 'revisions');
  await has(page, 'revision', 2);
  await close(page);
});

test('in a direct room it is shown who has seen a message, as long as both want that', async () => {
  const { page } = ana;
  await page.bringToFront();
  await open(page, 'bo');
  await say(page, 'have you seen it?');
  await page.waitForSelector(`${await rowOf(page, 'have you seen it?')} ${hook('seen-line')}`);
  assert.equal(await page.$eval(hook('seen-line'), (found) => found.textContent), '');
  await openMenu(page, 'have you seen it?');
  await shows(page, 'seen-item', /nobody yet/);
  await page.keyboard.press('Escape');
  await bo.page.bringToFront();
  await open(bo.page, 'ana');
  await sees(bo.page, 'have you seen it?');
  await page.bringToFront();
  await shows(page, 'seen-line', /^Seen$/, 40_000);
  await picture(page, 'seen');
  await openMenu(page, 'have you seen it?');
  await shows(page, 'seen-item', /bo/);
  await inspect(page, 'seen-menu');
  await page.keyboard.press('Escape');
  await act(page, 'have you seen it?', 'seen');
  await shows(page, 'seen-person', /bo/);
  await inspect(page, 'seen-dialog');
  await close(page);
  await settings(page, 'notifications');
  await press(page, 'seen-by-switch');
  await close(page);
  await gone(page, 'seen-line');
  await openMenu(page, 'have you seen it?');
  assert.equal(await page.$(hook('seen-item')), null);
  await page.keyboard.press('Escape');
  assert.deepEqual(ana.problems, []);
  assert.deepEqual(bo.problems, []);
});

/** Opens the menu of a message. @param {Page} page @param {string} text */
async function openMenu(page, text) {
  await page.bringToFront();
  await page.keyboard.press('Shift');
  await page.focus(await rowOf(page, text));
  await page.keyboard.press('Enter');
  await page.waitForSelector('[role="menu"] :focus');
}

/** Gives a message of one's own another wording. @param {Page} page @param {string} text @param {string} wording */
async function edit(page, text, wording) {
  await act(page, text, 'edit');
  await page.locator(hook('composer')).fill(wording);
  await page.focus(hook('composer'));
  await page.keyboard.press('Enter');
  await rowOf(page, wording);
}

/** Deletes a message of one's own. @param {Page} page @param {string} text */
async function remove(page, text) {
  await page.bringToFront();
  await page.keyboard.press('Shift');
  const row = await rowOf(page, text);
  await page.focus(row);
  await page.keyboard.press('Delete');
  await page.waitForSelector(row, { hidden: true });
}
