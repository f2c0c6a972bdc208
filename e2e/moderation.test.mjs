// Keeping order: each act seen from the screen of who acts, of the person concerned and of a bystander, each within a
// second.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchChromium, newPerson } from './lib/browser.mjs';
import {
  gone,
  invite,
  listensBy,
  part,
  password,
  press,
  say,
  sees,
  setUp,
  shows,
  signIn,
  signUp,
  submit,
} from './lib/people.mjs';
import { Server } from './lib/server.mjs';

/** @typedef {import('puppeteer-core').Page} Page */
/** @typedef {Awaited<ReturnType<typeof newPerson>>} Person */

const server = new Server();
/** @type {import('puppeteer-core').Browser} */ let browser;
/** Who keeps order, the person concerned, and a bystander. @type {Person} */ let ana;
/** @type {Person} */ let bo;
/** @type {Person} */ let cy;
/** @type {string} */ let link;

before(async () => {
  await server.start();
  browser = await launchChromium();
  [ana, bo, cy] = await Promise.all([newPerson(browser), newPerson(browser), newPerson(browser)]);
  await setUp(ana.page, server.url, { name: 'ana' });
  link = await invite(ana.page);
  await Promise.all([signUp(bo.page, link, 'bo'), signUp(cy.page, link, 'cy')]);
});

after(async () => {
  await browser?.close();
  await server.dispose();
});

/** Milliseconds from the moment the act was done until all have seen what they were to see. */
async function within(
  /** @type {() => Promise<unknown>} */ act,
  /** @type {(() => Promise<unknown>)[]} */ ...seen
) {
  await act();
  const done = Date.now();
  const times = await Promise.all(seen.map(async (look) => look().then(() => Date.now() - done)));
  for (const ms of times) assert.ok(ms <= 1000, `seen after ${times.join(', ')} ms`);
  return times;
}

/** Opens the menu of a message and chooses an entry: two clicks. @param {Page} page @param {string} text @param {string} entry */
async function onMessage(page, text, entry) {
  await page.evaluate((wanted) => {
    const rows = [...document.querySelectorAll('[data-testid="message"]')];
    const found = rows.findLast((one) => one.textContent?.includes(wanted));
    found?.scrollIntoView({ block: 'center' });
    found?.querySelector('[data-testid="message-menu"]')?.setAttribute('data-aim', 'yes');
  }, text);
  await page.locator('[data-aim="yes"]').click();
  await page.evaluate(() => document.querySelector('[data-aim]')?.removeAttribute('data-aim'));
  await press(page, entry);
}

/** Waits until no message with a text is shown. @param {Page} page @param {string} text */
const seesNoMore = (page, text) =>
  page.waitForFunction(
    (wanted) =>
      ![...document.querySelectorAll('[data-testid="message-body"]')].some(
        (one) => one.textContent === wanted,
      ),
    {},
    text,
  );

/** Waits until the person is told something. @param {Page} page @param {RegExp} words */
const isTold = (page, words) =>
  page.waitForFunction(
    (source) =>
      new RegExp(source).test(document.querySelector('[data-testid="decisions"]')?.textContent ?? ''),
    {},
    words.source,
  );

/** The person has read what was decided about them. @param {Page} page */
async function readIt(page) {
  await press(page, 'decisions-seen');
  await gone(page, 'decisions');
}

/** The id of somebody by their user name. @param {string} name */
const idOf = (name) =>
  ana.page.evaluate(async (wanted) => {
    const { users } = await (await fetch('/api/v1/users')).json();
    return users.find((/** @type {{username: string}} */ one) => one.username === wanted).id;
  }, name);

test('a message is deleted, and comes back', async () => {
  await say(bo.page, 'buy my boat');
  await Promise.all([sees(ana.page, 'buy my boat'), sees(cy.page, 'buy my boat')]);
  await within(
    () => onMessage(ana.page, 'buy my boat', 'delete-message'),
    () => seesNoMore(ana.page, 'buy my boat'),
    () => seesNoMore(bo.page, 'buy my boat'),
    () => seesNoMore(cy.page, 'buy my boat'),
    () => isTold(bo.page, /ana deleted 1 message of yours in general/),
  );
  // Under the pointer the way back stays, however long the other page loads.
  await ana.page.locator('[data-testid="toast-action"]').hover();
  await cy.page.reload();
  await part(cy.page, 'composer');
  await seesNoMore(cy.page, 'buy my boat');
  await within(
    () => press(ana.page, 'toast-action'),
    () => sees(ana.page, 'buy my boat'),
    () => sees(bo.page, 'buy my boat'),
    () => sees(cy.page, 'buy my boat'),
  );
  await readIt(bo.page);
});

test('all that somebody wrote of late is deleted, and comes back', async () => {
  for (const text of ['spam one', 'spam two', 'spam three']) await say(bo.page, text);
  await sees(cy.page, 'spam three');
  await sees(ana.page, 'spam three');
  await onMessage(ana.page, 'spam three', 'purge-person');
  await part(ana.page, 'purge-form');
  await ana.page.locator('[data-testid="purge-form"] [name="reason"]').fill('advertising');
  await within(
    () => press(ana.page, 'purge-submit'),
    ...[ana, bo, cy].flatMap(({ page }) =>
      ['spam one', 'spam three'].map((text) => () => seesNoMore(page, text)),
    ),
    () => isTold(bo.page, /deleted 4 messages of yours in general.*advertising/),
  );
  await within(
    () => press(ana.page, 'toast-action'),
    ...[ana, bo, cy].map(
      ({ page }) =>
        () =>
          sees(page, 'spam two'),
    ),
  );
  await readIt(bo.page);
});

test('somebody is muted, is told why and until when, and can write again', async () => {
  await onMessage(ana.page, 'spam three', 'mute-person');
  await part(ana.page, 'mute-form');
  assert.equal(await ana.page.$eval(':focus', (field) => field.getAttribute('name')), 'seconds');
  await ana.page.locator('[data-testid="mute-form"] [name="reason"]').fill('calm down');
  await within(
    () => press(ana.page, 'mute-submit'),
    () => part(bo.page, 'read-only-note'),
    () => isTold(bo.page, /ana muted you in general.*Until .*calm down/),
  );
  assert.match(
    await bo.page.$eval('[data-testid="read-only-note"]', (note) => note.textContent ?? ''),
    /muted in this room until/,
  );
  // What is sent all the same, past the page, is refused.
  const refused = await bo.page.evaluate(async () => {
    const room = location.pathname.split('/').at(-1);
    const body = JSON.stringify({ client_id: crypto.randomUUID(), body: 'still here' });
    const headers = { 'Content-Type': 'application/json' };
    return (await fetch(`/api/v1/rooms/${room}/messages`, { method: 'POST', headers, body })).status;
  });
  assert.equal(refused, 403);
  await readIt(bo.page);
  await within(
    () => onMessage(ana.page, 'spam three', 'end-mute'),
    () => part(bo.page, 'composer'),
  );
  await readIt(bo.page);
  await say(bo.page, 'calm now');
  await sees(cy.page, 'calm now');
});

test('somebody is removed, and learns it', async () => {
  await onMessage(ana.page, 'calm now', 'remove-member');
  await part(ana.page, 'remove-member-form');
  await ana.page.locator('[data-testid="remove-member-form"] [name="reason"]').fill('a break');
  await within(
    () => press(ana.page, 'remove-member-submit'),
    () => gone(bo.page, 'composer'),
    () => isTold(bo.page, /ana removed you from general.*a break/),
    () =>
      cy.page.waitForFunction(
        () =>
          document.body.textContent?.includes('bo was removed by ana') ||
          document.body.textContent?.includes('bo was removed'),
      ),
  );
  await readIt(bo.page);
  await press(bo.page, 'join-room');
  await part(bo.page, 'composer');
});

test('somebody is banned: their stream ends, and they cannot come back', async () => {
  await say(bo.page, 'back again');
  await sees(ana.page, 'back again');
  await onMessage(ana.page, 'back again', 'ban-person');
  await part(ana.page, 'ban-form');
  await ana.page.locator('[data-testid="ban-form"] [name="reason"]').fill('third time');
  await within(
    () => press(ana.page, 'ban-submit'),
    () => gone(bo.page, 'composer'),
    () => isTold(bo.page, /ana banned you from general.*Until somebody ends it.*third time/),
  );
  await say(cy.page, 'peace');
  await sees(ana.page, 'peace');
  await press(bo.page, 'join-room');
  await bo.page.waitForSelector('[data-testid="toasts"] ::-p-text(You are banned from this room)');
  assert.equal(await bo.page.$('[data-testid="composer"]'), null);
  await readIt(bo.page);
});

test('somebody is suspended: all their screens end, and say why and until when', async () => {
  const [first, second] = await Promise.all([newPerson(browser), newPerson(browser)]);
  await signUp(first.page, link, 'di');
  await signIn(second.page, server.url, 'di');
  // That their streams are open is part of what the act has to end.
  await Promise.all([listensBy(first.page, 'iframe'), listensBy(second.page, 'iframe')]);
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const id = await idOf('di');
  const suspend = () =>
    ana.page.evaluate(
      async (who, terms) => {
        const init = {
          method: 'PUT',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(terms),
        };
        await fetch(`/api/v1/users/${who}/suspension`, init);
      },
      id,
      { reason: 'threats', until },
    );
  const told = (/** @type {Page} */ page) => () => shows(page, 'sign-in-notice', /suspended until .*threats/);
  await within(suspend, told(first.page), told(second.page), () =>
    cy.page.waitForFunction(() => /\bdi\b.* signed out/.test(document.body.textContent ?? '')),
  );
  await submit(first.page, 'sign-in-form', { login: 'di', password });
  await shows(first.page, 'form-problem', /suspended until .*threats/);
});

test('whom I block I no longer see, and nobody else notices', async () => {
  await say(ana.page, 'about the weather');
  await sees(cy.page, 'about the weather');
  await within(
    () => onMessage(cy.page, 'about the weather', 'block-person'),
    () => seesNoMore(cy.page, 'about the weather'),
    () => part(cy.page, 'blocked-line'),
  );
  await sees(ana.page, 'about the weather');
  await press(cy.page, 'show-blocked');
  await sees(cy.page, 'about the weather');
  await onMessage(cy.page, 'about the weather', 'unblock-person');
  await gone(cy.page, 'blocked-line');
});

test('a message is reported', async () => {
  await onMessage(cy.page, 'about the weather', 'report-person');
  await part(cy.page, 'report-form');
  await cy.page.locator('[data-testid="report-form"] [name="reason"]').fill('off topic');
  await within(
    () => press(cy.page, 'report-submit'),
    () => cy.page.waitForSelector('[data-testid="toasts"] ::-p-text(Thank you)'),
  );
});

test('nothing went wrong on any page', () => {
  for (const { problems } of [ana, cy]) assert.deepEqual(problems, []);
});
