// Those who look after one room together: what is in force there, what was reported, and what happens when two do the
// same at once, when a right was lost a moment ago, or when what they act on is gone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ana,
  bo,
  crew,
  cy,
  enterSettings,
  gus,
  harbour,
  hears,
  isTold,
  logged,
  onMember,
  onMessage,
  roomMenu,
  roomOf,
  slow,
  together,
  typedIn,
} from './lib/crew.mjs';
import { close, gone, part, press, say, sees, shows, takesKeys } from './lib/people.mjs';

/** @typedef {import('puppeteer-core').Page} Page */
/** @typedef {import('./lib/crew.mjs').Member} Member */

crew(() => together(harbour, 'harbour', ana, bo, cy, gus));

const room = () => `rooms/${harbour}`;

/** Makes cy moderator of the room, or a member again. @param {'moderator' | 'member'} role */
const makeCy = (role) => bo.api('PATCH', `${room()}/members/${cy.id}`, { role });

/** Something said in the room, as its API tells it. @param {Member} who @param {string} body */
const said = (who, body) => who.api('POST', `${room()}/messages`, { client_id: crypto.randomUUID(), body });

/** Presses the button of an entry in a part of the list of what is in force. @param {Page} page @param {string} list */
const end = (page, list) => page.locator(`[data-testid="${list}"] [data-testid="end"]`).click();

test('what is in force in a room: who is muted, who is banned, what was deleted; and each is ended', async () => {
  await say(cy.page, 'words in anger');
  await sees(ana.page, 'words in anger');
  const { number } = await said(cy, 'and some more');
  await bo.api('DELETE', `${room()}/messages/${number}`, { reason: 'too much' });
  await bo.api('PUT', `${room()}/members/${cy.id}/mute`, { until: null, reason: 'loud' });
  await bo.api('PUT', `${room()}/bans/${gus.id}`, { until: null, reason: 'advertising' });
  await part(cy.page, 'read-only-note');
  for (const { page } of [ana, bo]) {
    await roomMenu(page, 'room-order');
    await shows(page, 'mutes', /cy[\s\S]*until somebody ends it[\s\S]*loud/);
    await shows(page, 'bans', /gus[\s\S]*advertising/);
    await shows(page, 'deletions', /cy[\s\S]*1 message[\s\S]*and some more[\s\S]*too much/);
  }
  await end(bo.page, 'mutes');
  await shows(bo.page, 'mutes', /Nobody is muted/);
  await part(cy.page, 'composer');
  await end(bo.page, 'deletions');
  await shows(bo.page, 'deletions', /Nothing was deleted/);
  await sees(cy.page, 'and some more');
  await sees(ana.page, 'and some more');
  await end(bo.page, 'bans');
  await shows(bo.page, 'bans', /Nobody is banned/);
  await shows(gus.page, 'decisions', /bo ended your ban from/);
  await close(bo.page);
  // What another has done meanwhile is done: the list says so, and the log has it once.
  for (const list of ['mutes', 'bans']) await end(ana.page, list);
  await shows(ana.page, 'mutes', /Nobody is muted/);
  await shows(ana.page, 'bans', /Nobody is banned/);
  await end(ana.page, 'deletions');
  await shows(ana.page, 'deletions', /Nothing was deleted/);
  await close(ana.page);
  for (const action of ['mute-ended', 'ban-ended', 'messages-undeleted']) {
    assert.equal((await logged(ana, action, harbour)).length, 1, action);
  }
  await bo.api('POST', `${room()}/members`, { user_id: gus.id });
  for (const { page } of [cy, gus]) {
    await press(page, 'decisions-seen');
    await gone(page, 'decisions');
  }
  await together(harbour, 'harbour', gus);
});

test('a report is settled in the room, and the open list of another moderator follows', async () => {
  const { number } = await said(gus, 'buy my boat');
  await cy.api('POST', `${room()}/messages/${number}/report`, { reason: 'an advertisement' });
  for (const { page } of [ana, bo]) {
    await roomMenu(page, 'room-reports');
    await shows(page, 'report', /buy my boat[\s\S]*an advertisement/);
  }
  await press(bo.page, 'report-dismissed');
  for (const { page } of [ana, bo]) await shows(page, 'found', /Nothing is reported/);
  // The next one is seen by both, and both settle it, each in another way: the first decides.
  await ana.api('POST', `${room()}/messages/${number}/report`, { reason: 'once more' });
  for (const { page } of [ana, bo]) await shows(page, 'report', /once more/);
  const late = await slow(ana.page, 'PUT', /\/reports\/\d+$/);
  await press(ana.page, 'report-acted');
  await late.sent;
  await press(bo.page, 'report-dismissed');
  await shows(bo.page, 'found', /Nothing is reported/);
  await late.letGo();
  await hears(ana.page, 'Somebody else has settled this report in another way meanwhile');
  await shows(ana.page, 'found', /Nothing is reported/);
  assert.equal((await logged(ana, 'report-settled', harbour)).length, 2);
  for (const { page } of [ana, bo]) await close(page);
  await press(cy.page, 'room-menu');
  await part(cy.page, 'leave-room');
  assert.equal(await cy.page.$('[data-testid="room-reports"]'), null);
  await takesKeys(cy.page);
  await cy.page.keyboard.press('Escape');
});

test('a right that was lost a moment ago: a clear answer, and what was typed is still there', async () => {
  await makeCy('moderator');
  await isTold(cy.page, /bo made you moderator of harbour/);
  await enterSettings(cy.page, { topic: 'what I wanted to say for long' });
  await makeCy('member');
  await press(cy.page, 'room-settings-submit');
  await shows(cy.page, 'form-problem', /You are not allowed to do this\. Ask an owner/);
  assert.equal(
    await typedIn(cy.page, '[data-testid="room-settings-form"] [name="topic"]'),
    'what I wanted to say for long',
  );
  await makeCy('moderator');
  await press(cy.page, 'room-settings-submit');
  await gone(cy.page, 'room-settings-dialog');
  for (const { page } of [ana, bo, gus]) await shows(page, 'room-header', /what I wanted to say for long/);
  await isTold(cy.page, /bo made you moderator/);
  await onMember(cy.page, gus.id, 'mute-person');
  await cy.page.locator('[data-testid="mute-form"] [name="reason"]').fill('a long story');
  await makeCy('member');
  await press(cy.page, 'mute-submit');
  await shows(cy.page, 'form-problem', /not allowed/);
  assert.equal(await typedIn(cy.page, '[data-testid="mute-form"] [name="reason"]'), 'a long story');
  await close(cy.page);
  await part(gus.page, 'composer');
  assert.deepEqual(
    (await logged(ana, 'member-muted', harbour)).map(({ reason }) => reason),
    ['loud'],
  );
  await press(cy.page, 'room-menu');
  await part(cy.page, 'leave-room');
  assert.equal(await cy.page.$('[data-testid="room-settings"]'), null);
  await takesKeys(cy.page);
  await cy.page.keyboard.press('Escape');
  await isTold(cy.page, /bo made you member/);
});

test('two do the same at once: both get a clear answer, and it is in the log once', async () => {
  for (const { page } of [ana, bo]) await onMember(page, gus.id, 'ban-person');
  for (const { page } of [ana, bo]) await part(page, 'ban-form');
  await Promise.all([ana, bo].map(({ page }) => press(page, 'ban-submit')));
  for (const { page } of [ana, bo]) await hears(page, 'gus is banned from harbour');
  await isTold(gus.page, /banned you from harbour/);
  assert.equal((await logged(ana, 'member-banned', harbour)).length, 2); // the one before was ended
  await cy.page.waitForSelector(`.member-line[data-entry="${gus.id}"]`, { hidden: true });
});

test('acting on what is gone: a message, and a room', async () => {
  await say(ana.page, 'a slip of the tongue');
  await sees(cy.page, 'a slip of the tongue');
  await onMessage(cy.page, 'a slip of the tongue', 'report-person');
  await cy.page.locator('[data-testid="report-form"] [name="reason"]').fill('not nice');
  await onMessage(ana.page, 'a slip of the tongue', 'delete-message');
  await hears(ana.page, 'The message is deleted');
  await press(cy.page, 'report-submit');
  await shows(cy.page, 'form-problem', /This message is deleted, so there is nothing left to do/);
  assert.equal(await typedIn(cy.page, '[data-testid="report-form"] [name="reason"]'), 'not nice');
  await close(cy.page);
  const shed = await roomOf(bo, 'shed', [ana]);
  await together(shed, 'shed', ana);
  await enterSettings(ana.page, { topic: 'rakes' });
  // There is nothing left to set: who has deleted it, and why, takes the place of the dialog.
  await bo.api('DELETE', `rooms/${shed}`, { reason: 'nobody gardens' });
  await gone(ana.page, 'room-settings-dialog');
  await shows(ana.page, 'room-deleted', /shed was deleted[\s\S]*bo deleted it\.[\s\S]*nobody gardens/);
});

test('nothing went wrong on any page', () => {
  assert.deepEqual(
    [ana, bo, cy, gus].flatMap(({ problems }) => problems),
    [],
  );
});
