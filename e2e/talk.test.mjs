// The main job: two people in two browsers, over both Comet modes.
import assert from 'node:assert/strict';
import { newPerson, newTab, picture } from './lib/browser.mjs';
import { lines, literally } from './lib/conversation.mjs';
import { testUnderEachName } from './lib/names.mjs';
import {
  choose,
  invite,
  isThere,
  listensBy,
  say,
  sees,
  seesNotice,
  setUp,
  signIn,
  signOut,
  signUp,
  transcript,
} from './lib/people.mjs';

const said = lines(40);

testUnderEachName('two people talk over both modes', async (_t, { browser, url, code }) => {
  const ana = await newPerson(browser);
  await setUp(ana.page, url, { name: 'ana', code });
  const link = await invite(ana.page);
  assert.ok(link.startsWith(`${url}/join/`), `the invite link ${link} leads to where the owner is`);

  const bo = await newPerson(browser);
  await signUp(bo.page, link, 'bo');
  await seesNotice(ana.page, /bo.*(joined|signed in)/i);

  let count = 0;
  for (const transport of ['iframe', 'long-poll']) {
    await choose(ana.page, transport);
    await choose(bo.page, transport);
    for (let turn = 0; turn < 5; turn++) {
      count += await exchange(ana.page, bo.page, count);
      count += await exchange(bo.page, ana.page, count);
    }
    await picture(ana.page, `talk-${new URL(url).hostname}-${transport}`);
  }
  const shown = await transcript(ana.page);
  assert.deepEqual(
    shown.map((m) => m.number),
    Array.from({ length: count }, (_, i) => i + 1),
  );
  assert.deepEqual(await transcript(bo.page), shown, 'both see the same lines in the same order');

  await signOut(bo.page);
  await seesNotice(ana.page, /bo.*signed out/i);
  await signIn(bo.page, url, 'bo');
  await seesNotice(ana.page, /bo.*signed in/i);

  const second = await newTab(bo.context);
  await second.page.goto(url);
  await listensBy(second.page, 'long-poll');
  await signOut(bo.page);
  await isThere(second.page, '[data-testid="sign-in-form"]');
  assert.deepEqual([...ana.problems, ...bo.problems, ...second.problems], []);
});

/**
 * One line from one to the other, as the n-th of the conversation.
 * @param {import('puppeteer-core').Page} speaker @param {import('puppeteer-core').Page} listener @param {number} n
 */
async function exchange(speaker, listener, n) {
  const text = `${n} ${said[n % said.length]}`;
  await say(speaker, literally(text));
  await sees(listener, text);
  await sees(speaker, text);
  return 1;
}
