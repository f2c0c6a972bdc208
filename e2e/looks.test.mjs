// Every page and state: no fault that axe finds, in light and dark, large and on a phone. With CHATD_SCREENSHOTS set to
// a folder, pictures of all of them are kept there to be looked at.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import axe from 'axe-core';
import { launchChromium, newPerson, picture } from './lib/browser.mjs';
import { lines } from './lib/conversation.mjs';
import { createRoom, invite, menu, part, say, sees, setUp, signUp } from './lib/people.mjs';
import { Server } from './lib/server.mjs';

/** @typedef {import('puppeteer-core').Page} Page */
/** @typedef {Awaited<ReturnType<typeof newPerson>>} Person */

const server = new Server();
/** @type {import('puppeteer-core').Browser} */ let browser;
/** @type {Person} */ let ana;
/** @type {string} */ let link;

before(async () => {
  await server.start();
  browser = await launchChromium();
  ana = await newPerson(browser);
});

after(async () => {
  await browser.close();
  await server.dispose();
});

const sizes = [
  { name: 'large', width: 1440, height: 900 },
  { name: 'medium', width: 1024, height: 768 },
  { name: 'phone', width: 390, height: 844 },
];

/**
 * Looks at a page in every size and theme.
 * @param {Page} page @param {string} name
 */
async function inspect(page, name) {
  await page.bringToFront();
  for (const size of sizes) {
    await page.setViewport({ width: size.width, height: size.height });
    for (const theme of ['light', 'dark']) {
      await page.emulateMediaFeatures([
        { name: 'prefers-color-scheme', value: theme },
        { name: 'prefers-reduced-motion', value: 'reduce' },
      ]);
      await picture(page, `${name}-${size.name}-${theme}`);
      assert.deepEqual(await faults(page), [], `${name}, ${size.name}, ${theme}`);
    }
  }
  await page.setViewport({ width: 1440, height: 900 });
}

/** What axe finds, as short sentences. @param {Page} page @returns {Promise<string[]>} */
async function faults(page) {
  // The page's policy forbids scripts of others; this one comes by the debugger.
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    /** @type {any} */
    const global = window;
    const found = await global.axe.run(document, { resultTypes: ['violations'] });
    return found.violations.map(
      (/** @type {any} */ v) =>
        `${v.id}: ${v.nodes.map((/** @type {any} */ n) => n.target.join(' ')).join(', ')}`,
    );
  });
}

test('the first visit', async () => {
  await ana.page.goto(server.url);
  await part(ana.page, 'setup-form');
  await inspect(ana.page, 'setup');
  await setUp(ana.page, server.url, { name: 'ana' });
});

test('an empty room', () => inspect(ana.page, 'empty-room'));

test('the invitation of the owner, and what the guest sees', async () => {
  link = await invite(ana.page);
  await menu(ana.page, 'invites');
  await part(ana.page, 'invite-dialog');
  await inspect(ana.page, 'invites');
  await ana.page.keyboard.press('Escape');
  const guest = await newPerson(browser);
  await guest.page.goto(link);
  await part(guest.page, 'sign-up-form');
  await inspect(guest.page, 'join');
  await guest.page.goto(`${server.url}/join/none`);
  await part(guest.page, 'invite-unknown');
  await inspect(guest.page, 'join-invalid');
  await guest.page.goto(`${server.url}/sign-in`);
  await part(guest.page, 'sign-in-form');
  await inspect(guest.page, 'sign-in');
  await guest.page.goto(`${server.url}/no/such/page`);
  await inspect(guest.page, 'not-found');
});

test('a room with a real conversation', async () => {
  const people = [];
  for (const name of ['bo', 'nalioth', 'x'.repeat(40)]) {
    const person = await newPerson(browser);
    await signUp(person.page, link, name);
    people.push(person);
  }
  const said = [...lines(24), 'العربية: سطر من اليمين إلى اليسار', `one-very-long-word-${'o'.repeat(200)}`];
  for (const [i, text] of said.entries()) {
    const speaker = [ana, ...people][Math.floor(i / 2) % 4] ?? ana;
    await say(speaker.page, text);
    await sees(ana.page, text);
  }
  await inspect(ana.page, 'conversation');
  await createRoom(ana.page, 'private', 'A room with a name that is rather longer than anybody would choose');
  await inspect(ana.page, 'long-name');
  assert.deepEqual(
    people.flatMap((p) => p.problems),
    [],
  );
});

test('the dialogs and the panel', async () => {
  const { page } = ana;
  for (const [button, dialog] of [
    ['create-room', 'create-room-dialog'],
    ['browse-rooms', 'browse-dialog'],
    ['new-message', 'new-message-dialog'],
  ]) {
    await page.locator(`[data-testid="${button}"]`).click();
    await part(page, dialog);
    await inspect(page, dialog);
    await page.keyboard.press('Escape');
  }
  await menu(page, 'settings');
  await part(page, 'settings-dialog');
  await inspect(page, 'settings');
  await page.keyboard.press('Escape');
  await page.locator('[data-testid="members-button"]').click();
  await part(page, 'members');
  await inspect(page, 'members');
});

test('the lost connection', async () => {
  await server.kill();
  await ana.page.waitForSelector('[data-testid="try-now"]', { timeout: 30_000 });
  await inspect(ana.page, 'lost-connection');
  assert.deepEqual(ana.problems, []);
});
