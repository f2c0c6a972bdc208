// How people come into rooms: invites for some rooms and some people, rooms for everybody new, and finding somebody
// among those who are in one.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchChromium, newPerson } from './lib/browser.mjs';
import { gather, listed, roomOf, setRoom, enterSettings, together } from './lib/crew.mjs';
import {
  close,
  confirm,
  invite,
  opened,
  part,
  password,
  press,
  seesNotice,
  shows,
  signUp,
  submit,
} from './lib/people.mjs';
import { run } from './lib/postgres.mjs';
import { Server } from './lib/server.mjs';

/** @typedef {import('./lib/crew.mjs').Member} Member */

const server = new Server();
/** @type {import('puppeteer-core').Browser} */ let browser;
/** The owner of the workspace. @type {Member} */ let ana;
/** Whose room it is. @type {Member} */ let bo;
/** @type {Member} */ let cy;
/** @type {number} */ let harbour;
/** An invite for any number of people. @type {string} */ let link;
/** What went wrong with visitors. @type {string[][]} */ const problems = [];

before(async () => {
  await server.start();
  browser = await launchChromium();
  let gus;
  ({ ana, bo, cy, gus, harbour, link } = await gather(server, browser));
  problems.push(...[ana, bo, cy, gus].map((one) => one.problems));
  await together(harbour, 'harbour', ana, bo, cy);
});

after(async () => {
  await browser?.close();
  await server.dispose();
});

/** Somebody who comes for the first time. */
async function visitor() {
  const person = await newPerson(browser);
  problems.push(person.problems);
  return person.page;
}

/** Fills in the form of an invite that is open. @param {import('puppeteer-core').Page} page @param {string} name */
const takeUp = (page, name) => submit(page, 'sign-up-form', { username: name, display_name: name, password });

/** Opens the invites of the administration. */
async function invites() {
  await ana.page.goto(`${server.url}/administration/invites`);
  await part(ana.page, 'invites-row');
}

test('everybody new comes into the rooms for that', async () => {
  await enterSettings(bo.page, {});
  assert.equal(await bo.page.$('[name="is_default"]'), null); // it concerns the workspace
  await close(bo.page);
  await setRoom(ana.page, { is_default: true });
  const dora = await visitor();
  await signUp(dora, link, 'dora');
  await opened(dora, 'harbour');
  await listed(dora, 'general', false);
  for (const { page } of [ana, bo, cy]) await seesNotice(page, /dora joined/);
  await setRoom(ana.page, { is_default: true }); // and no longer
  const emil = await visitor();
  await signUp(emil, link, 'emil');
  await opened(emil, 'general');
  await listed(emil, 'harbour', false);
});

test('an invite for two people and chosen rooms', async () => {
  const boatyard = await roomOf(ana, 'boatyard', [cy], 'private');
  await invites();
  await ana.page.locator('[data-testid="new-invite"] summary').click();
  await ana.page.locator(`[data-testid="guest-room"][data-room="${boatyard}"]`).click();
  await ana.page.select('[data-testid="new-invite-form"] [name="uses"]', '2');
  await press(ana.page, 'new-invite-submit');
  await part(ana.page, 'new-invite-url');
  const url = await ana.page.$eval(
    '[data-testid="new-invite-url"]',
    (field) => /** @type {HTMLInputElement} */ (field).value,
  );
  await together(boatyard, 'boatyard', cy);
  const [first, second, late, third] = await Promise.all([visitor(), visitor(), visitor(), visitor()]);
  await late.goto(url);
  await part(late, 'sign-up-form');
  await signUp(first, url, 'fay');
  await signUp(second, url, 'gil');
  for (const page of [first, second]) {
    await listed(page, 'boatyard');
    await listed(page, 'general');
  }
  for (const name of ['fay', 'gil']) await seesNotice(cy.page, new RegExp(`${name} was added by ana`));
  await third.goto(url);
  await shows(
    third,
    'invite-gone',
    /This invite is used up: as many accounts were made with it as it was good for/,
  );
  await takeUp(late, 'hal');
  await shows(late, 'form-problem', /This invite is used up/);
  await invites();
  await shows(ana.page, 'invites-row', /used up[\s\S]*2 of 2/);
});

test('an invite that was taken back, and one whose time is over', async () => {
  await ana.page.goto(server.url);
  await part(ana.page, 'composer');
  const [back, over] = [await invite(ana.page), await invite(ana.page)];
  const [early, other] = await Promise.all([visitor(), visitor()]);
  await early.goto(back);
  await part(early, 'sign-up-form');
  await run(
    server,
    `update invites set created_at = now() - interval '2 hours', expires_at = now() - interval '1 hour'
     where id = (select max(id) from invites)`,
  );
  await other.goto(over);
  await shows(other, 'invite-gone', /This invite has expired\. Ask for a new one/);
  await invites();
  await ana.page.locator('[data-testid="invites-row"]:nth-of-type(2) [data-testid="invites-open"]').click();
  await confirm(ana.page, 'revoke');
  await shows(ana.page, 'invites-row', /taken back/);
  await takeUp(early, 'ida');
  await shows(early, 'form-problem', /This invite was taken back/);
  await other.goto(back);
  await shows(other, 'invite-gone', /This invite was taken back\. Ask for a new one/);
});

test('somebody is found among the members of a room', async () => {
  await run(
    server,
    `with topic as (insert into topics (kind) select 'user' from generate_series(1, 30) returning id),
     numbered as (select id, row_number() over (order by id) n from topic),
     crew as (
       insert into users (id, username, username_key, display_name, password_hash)
       select id, 'sailor' || n, 'sailor' || n, 'Sailor ' || n, '-' from numbered returning id
     )
     insert into memberships (room_id, user_id) select ${harbour}, id from crew`,
  );
  await cy.page.goto(`${server.url}/rooms/${harbour}`);
  await press(cy.page, 'members-button');
  const found = (/** @type {number} */ n) =>
    cy.page.waitForFunction(
      (wanted) => document.querySelectorAll('[data-testid="member"]').length === wanted,
      {},
      n,
    );
  const search = cy.page.locator('[data-testid="members-search"]');
  await search.fill('sailor 17');
  await found(1);
  await shows(cy.page, 'members', /Sailor 17/);
  await search.fill('no such person');
  await found(0);
  await shows(cy.page, 'members', /Nobody/);
  await search.fill('bo');
  await found(1);
  for (let i = 0; i < 'bo'.length; i++) await cy.page.keyboard.press('Backspace');
  await shows(cy.page, 'members', /Sailor 30/);
});

test('nothing went wrong on any page', () => {
  assert.deepEqual(problems.flat(), []);
});
