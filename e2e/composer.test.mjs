// Writing: what the keys do, completion, emoji, commands, editing and answering, and drafts that are the same everywhere.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launchChromium, newPerson, newTab, picture } from './lib/browser.mjs';
import { ana, apiOf, bo, crew, cy, harbour, server, together } from './lib/crew.mjs';
import { field, holds, suggests, type, written } from './lib/composing.mjs';
import { inspect } from './lib/looks.mjs';
import {
  chord,
  close,
  gone,
  isThere,
  part,
  press,
  reload,
  say,
  sees,
  settings,
  shows,
  signIn,
} from './lib/people.mjs';

/** @typedef {import('puppeteer-core').Page} Page */

crew(async () => {
  await together(harbour, 'harbour', ana, bo, cy);
});

/** The suggestions that are shown. @param {Page} page */
const suggestions = (page) =>
  page.$$eval('[data-testid="completion-option"]', (found) =>
    found.map((e) => e.querySelector('.completion-label')?.textContent ?? ''),
  );

/** What is selected in the composer. @param {Page} page */
const selected = (page) =>
  page.$eval(field, (e) =>
    e instanceof HTMLTextAreaElement ? e.value.slice(e.selectionStart, e.selectionEnd) : '',
  );

describe('keys', () => {
  test('Enter sends, with Shift it is a new line, and inside of a block of code too', async () => {
    const { page } = bo;
    await say(page, 'Hello'); // in the half second after a change of room Enter does not send
    await type(page, 'one');
    await chord(page, 'Shift', 'Enter');
    await page.keyboard.type('two');
    assert.equal(await written(page), 'one\ntwo');
    await type(page, '```');
    await page.keyboard.press('Enter');
    await page.keyboard.type('let a = 1;');
    await page.keyboard.press('Enter');
    assert.equal(await written(page), '```\nlet a = 1;\n');
    await page.keyboard.type('```');
    await page.keyboard.press('Enter');
    await holds(page, '');
    await type(page, '```');
    await page.keyboard.press('Enter');
    await page.keyboard.type('open');
    await chord(page, 'Control', 'Enter');
    await holds(page, '');
  });

  test('Enter that ends a word of an input method does not send', async () => {
    const { page } = bo;
    await type(page, 'にほん');
    await page.$eval(field, (e) => {
      e.dispatchEvent(new CompositionEvent('compositionstart', { bubbles: true }));
      const keys = { key: 'Enter', bubbles: true, cancelable: true };
      e.dispatchEvent(new KeyboardEvent('keydown', { ...keys, isComposing: true }));
      e.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true, data: '日本' }));
      // Safari ends the composition first and says by the code that the key belonged to it.
      e.dispatchEvent(new KeyboardEvent('keydown', { ...keys, keyCode: 229 }));
    });
    assert.equal(await written(page), 'にほん');
    await page.keyboard.press('Enter');
    await sees(ana.page, 'にほん');
  });

  test('whoever wants it sends with Ctrl+Enter, in all browsers', async () => {
    const { page } = bo;
    await type(page, '');
    await settings(page, 'writing');
    await inspect(page, 'composer-writing');
    await page.locator('[data-testid="send-with-setting"] [value="ctrl-enter"]').click();
    await page.waitForFunction(async () => {
      const answer = await fetch('/api/v1/me');
      return (await answer.json()).send_with === 'ctrl-enter';
    });
    await close(page);
    await page.waitForSelector('[data-testid="send"][aria-label*="Ctrl+Enter"]');
    await type(page, 'line');
    await page.keyboard.press('Enter');
    await page.keyboard.type('and line');
    assert.equal(await written(page), 'line\nand line');
    await chord(page, 'Control', 'Enter');
    await holds(page, '');
    await reload(page);
    await part(page, 'composer');
    await type(page, 'after a reload');
    await page.keyboard.press('Enter');
    assert.equal(await written(page), 'after a reload\n');
    await bo.api('PATCH', 'me', { send_with: 'enter' });
    await reload(page);
    await holds(page, 'after a reload\n');
    await type(page, '');
  });

  test('marks go around what is selected, and Ctrl+Z takes them back', async () => {
    const { page } = bo;
    await type(page, 'a word');
    await chord(page, 'Control', 'Shift', 'ArrowLeft');
    await chord(page, 'Control', 'b');
    assert.deepEqual([await written(page), await selected(page)], ['a **word**', 'word']);
    await chord(page, 'Control', 'i');
    assert.equal(await written(page), 'a ***word***');
    await chord(page, 'Control', 'i');
    await chord(page, 'Control', 'b');
    await chord(page, 'Control', 'e');
    assert.equal(await written(page), 'a `word`');
    await chord(page, 'Control', 'e');
    await chord(page, 'Control', 'Shift', 'x');
    assert.equal(await written(page), 'a ~~word~~');
    for (let i = 0; i < 20 && (await written(page)) !== 'a word'; i++) await chord(page, 'Control', 'z');
    assert.equal(await written(page), 'a word');
  });

  test('an address that is pasted over words makes them a link', async () => {
    const { page } = bo;
    const paste = (/** @type {string} */ text) =>
      page.$eval(
        field,
        (e, pasted) => {
          const clipboardData = new DataTransfer();
          clipboardData.setData('text/plain', pasted);
          clipboardData.setData('text/html', `<b>${pasted}</b>`);
          return e.dispatchEvent(
            new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
          );
        },
        text,
      );
    await type(page, 'see docs');
    await chord(page, 'Control', 'Shift', 'ArrowLeft');
    await paste('https://example.org/docs');
    assert.equal(await written(page), 'see [docs](https://example.org/docs)');
    await chord(page, 'Control', 'z');
    assert.equal(await written(page), 'see docs');
    await page.keyboard.press('End');
    assert.equal(await paste('https://example.org/docs'), true, 'without a selection the browser pastes');
    await type(page, '');
  });
});

test('a line of ten million characters is not taken, with a sentence; what is too long to be sent stays to be shortened', async () => {
  const { page } = bo;
  await bo.context.overridePermissions(server.url, ['clipboard-read', 'clipboard-sanitized-write']);
  const paste = async (/** @type {number} */ length) => {
    await page.evaluate((n) => navigator.clipboard.writeText('y'.repeat(n)), length);
    await page.keyboard.down('Control');
    await page.keyboard.press('v', { commands: ['Paste'] });
    await page.keyboard.up('Control');
  };
  await type(page, 'before it ');
  await paste(10_000_000);
  await shows(page, 'command-problem', /10,000,000 characters.*at most 20,000.*Nothing was inserted/);
  assert.equal(await written(page), 'before it ');
  await inspect(page, 'composer-too-much');
  await page.focus(field);
  await paste(30_000);
  await holds(page, `before it ${'y'.repeat(30_000)}`);
  await gone(page, 'command-problem');
  await page.waitForSelector('.composer-limit ::-p-text(10,010 characters too long)');
  await page.keyboard.press('Enter');
  assert.equal((await written(page)).length, 30_010);
  await type(page, '');
});

describe('completion', () => {
  test('of people: those of the room first, by keyboard', async () => {
    const { page } = bo;
    await type(page, 'hello @');
    await part(page, 'completion');
    const all = await suggestions(page);
    assert.ok(all.includes('ana') && all.includes('cy') && all.includes('@room'), all.join());
    assert.ok(!all.includes('bo'), 'not oneself');
    await inspect(page, 'composer-people');
    await page.focus(field);
    await page.keyboard.type('an');
    await suggests(page, 'ana');
    await page.keyboard.press('Enter');
    assert.equal(await written(page), 'hello @ana ');
    await page.keyboard.type('and @c');
    await suggests(page, 'cy');
    await page.keyboard.press('Tab');
    assert.equal(await written(page), 'hello @ana and @cy ');
    await chord(page, 'Control', 'z');
    assert.equal(await written(page), 'hello @ana and @c');
  });

  test('goes with Escape, and then Enter sends what is there', async () => {
    const { page } = bo;
    await type(page, 'to @a');
    await suggests(page, 'ana');
    await page.keyboard.press('Escape');
    await gone(page, 'completion');
    await page.keyboard.type('n');
    assert.equal(await page.$('[data-testid="completion"]'), null);
    await page.keyboard.press('Enter');
    await sees(page, 'to @an');
  });

  test('never takes Enter where nothing is called like that', async () => {
    const { page } = bo;
    await type(page, 'mail me @nobody-at-all');
    await gone(page, 'completion');
    await page.keyboard.press('Enter');
    await holds(page, '');
  });

  test('by mouse, of a room that I am not in', async () => {
    await ana.api('POST', 'rooms', { name: 'garden club', kind: 'public' });
    const { page } = bo;
    await reload(page);
    await part(page, 'composer');
    await type(page, 'see #gard');
    await page.locator('[data-testid="completion-option"] ::-p-text(garden club)').click();
    await holds(page, 'see #garden club ');
    await page.waitForSelector(`${field}:focus`);
  });

  test('of emoji from two letters on', async () => {
    const { page } = bo;
    await type(page, 'ship it :t');
    assert.equal(await page.$('[data-testid="completion"]'), null);
    await page.keyboard.type('ad');
    await suggests(page, ':tada:');
    await picture(page, 'composer-emoji-names');
    await page.keyboard.press('Enter');
    await holds(page, 'ship it 🎉');
    await page.keyboard.press('Enter');
    await holds(page, '');
  });
});

describe('commands', () => {
  test('are completed, done, and told apart from messages', async () => {
    const { page } = bo;
    await type(page, '/');
    await part(page, 'completion');
    await inspect(page, 'composer-commands');
    await page.focus(field);
    await page.keyboard.type('to');
    await suggests(page, '/topic TEXT');
    await page.keyboard.press('Tab');
    await page.keyboard.type('boats and weather');
    await page.keyboard.press('Enter');
    await shows(page, 'room-header', /boats and weather/);
    await holds(page, '');
  });

  test('that are not known, or lack something, say so and leave the text', async () => {
    const { page } = bo;
    await type(page, '/dance now');
    await page.keyboard.press('Enter');
    await shows(page, 'command-problem', /no command \/dance/);
    assert.equal(await written(page), '/dance now');
    await inspect(page, 'composer-command-problem');
    await type(page, '/invite @nobody');
    await page.keyboard.press('Enter');
    await shows(page, 'command-problem', /nobody called/);
    await type(page, '//dance');
    await page.keyboard.press('Enter');
    await sees(page, '/dance');
    await type(page, '/shrug who knows');
    await page.keyboard.press('Enter');
    await sees(page, 'who knows ¯\\_(ツ)_/¯');
  });
});

describe('the emoji picker', () => {
  test('finds, remembers, and goes over its grid with the arrow keys', async () => {
    const { page } = bo;
    await type(page, 'well done ');
    await press(page, 'emoji');
    await part(page, 'emoji-one');
    await picture(page, 'composer-picker-all');
    await page.locator('[data-testid="emoji-search"]').fill('hand');
    await inspect(page, 'composer-picker');
    await page.locator('[data-testid="emoji-search"]').fill('');
    await page.focus('[data-testid="emoji-search"]');
    await page.keyboard.type('clap');
    await page.waitForSelector('[data-testid="emoji-one"][aria-label="clapping hands"]');
    await page.keyboard.press('Enter');
    await holds(page, 'well done 👏');
    await page.waitForSelector(`${field}:focus`);
    await press(page, 'emoji');
    await part(page, 'emoji-one');
    await page.waitForSelector('[data-testid="emoji-search"]:focus');
    await page.keyboard.press('ArrowDown');
    assert.equal(
      await page.evaluate(() => document.activeElement?.getAttribute('aria-label')),
      'clapping hands',
    );
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    const name = await page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
    assert.match(name ?? '', /face/);
    await page.keyboard.press('Escape');
    await gone(page, 'emoji-picker');
    await page.waitForSelector(`${field}:focus`);
    assert.equal(await written(page), 'well done 👏');
  });

  test('keeps the tone of skin', async () => {
    const { page } = bo;
    await type(page, '');
    await press(page, 'emoji');
    await page.locator('[data-testid="emoji-picker"] [name="emoji-tone"][value="4"]').click();
    await page.locator('[data-testid="emoji-search"]').fill('thumbs up');
    await page.locator('[data-testid="emoji-one"][aria-label="thumbs up"]').click();
    await holds(page, '👍🏾');
    await type(page, ':+1');
    await suggests(page, ':+1:');
    await page.keyboard.press('Enter');
    await holds(page, '👍🏾');
    await type(page, '');
  });
});

describe('editing', () => {
  test('Up edits my last message, and Enter saves it', async () => {
    const { page } = bo;
    await say(page, 'mispelled');
    await sees(ana.page, 'mispelled');
    await sees(page, 'mispelled'); // until then it is not there to be changed
    await page.keyboard.press('ArrowUp');
    await holds(page, 'mispelled');
    await part(page, 'compose-bar');
    await inspect(page, 'composer-edit');
    await page.focus(field);
    await page.keyboard.press('End');
    await page.keyboard.type(' no more');
    await page.keyboard.press('Enter');
    await gone(page, 'compose-bar');
    await sees(ana.page, 'mispelled no more');
    await sees(page, 'mispelled no more');
  });

  test('Escape leaves it, a change survives a reload, and can be taken up again', async () => {
    const { page } = bo;
    await type(page, '');
    await page.keyboard.press('ArrowUp');
    await holds(page, 'mispelled no more');
    await page.keyboard.type('!');
    await reload(page);
    await holds(page, 'mispelled no more!');
    await part(page, 'compose-bar');
    await page.focus(field);
    await page.keyboard.press('Escape');
    await gone(page, 'compose-bar');
    await holds(page, '');
    await page.locator('::-p-text(Go on editing)').click();
    await holds(page, 'mispelled no more!');
    await page.keyboard.press('Escape');
  });

  test('what cannot be saved is kept, with a sentence and another try', async () => {
    const { page } = bo;
    await page.focus(field);
    await page.keyboard.press('ArrowUp');
    await part(page, 'compose-bar');
    await page.keyboard.type('?');
    await page.setOfflineMode(true);
    await page.keyboard.press('Enter');
    await shows(page, 'compose-problem', /could not be reached.*kept/s);
    await inspect(page, 'composer-edit-problem');
    await page.setOfflineMode(false);
    await press(page, 'compose-retry');
    await gone(page, 'compose-bar');
    await sees(ana.page, 'mispelled no more?');
  });

  test('without any text it asks whether to delete the message', async () => {
    const { page } = bo;
    await say(page, 'better not said');
    await sees(ana.page, 'better not said');
    await sees(page, 'better not said'); // until then it is not there to be changed
    await page.keyboard.press('ArrowUp');
    await holds(page, 'better not said');
    await type(page, '');
    await page.keyboard.press('Enter');
    await part(page, 'ask-delete');
    await inspect(page, 'composer-ask-delete');
    await page.focus('[data-testid="ask-delete-yes"]');
    await page.keyboard.press('Enter');
    await gone(page, 'compose-bar');
    await ana.page.waitForFunction(() => !document.body.innerText.includes('better not said'));
  });
});

describe('answering', () => {
  test('Shift+Up answers the last message, and says so while it is written', async () => {
    await say(ana.page, 'shall we sail at nine?');
    const { page } = bo;
    await page.bringToFront();
    await sees(page, 'shall we sail at nine?');
    await page.focus(field);
    await chord(page, 'Shift', 'ArrowUp');
    await shows(page, 'compose-about', /Replying to.*ana.*shall we sail/);
    await page.keyboard.type('nine is fine');
    await inspect(page, 'composer-reply');
    await reload(page);
    await holds(page, 'nine is fine');
    await part(page, 'compose-bar');
    await page.focus(field);
    await page.keyboard.press('Enter');
    await gone(page, 'compose-bar');
    await page.waitForFunction(
      async (room) => {
        const answer = await fetch(`/api/v1/rooms/${room}/messages?limit=1`);
        const { messages } = await answer.json();
        return messages[0].body === 'nine is fine' && messages[0].reply_to === messages[0].number - 1;
      },
      {},
      harbour,
    );
  });

  test('Escape leaves the words and takes the answer away', async () => {
    const { page } = bo;
    await page.focus(field);
    await chord(page, 'Shift', 'ArrowUp');
    await page.keyboard.type('words');
    await page.keyboard.press('Escape');
    await gone(page, 'compose-bar');
    assert.equal(await written(page), 'words');
    await type(page, '');
  });

  test('what is answered stands there as plain text, and what is hidden in it stays hidden', async () => {
    await say(ana.page, 'the **thief** is ||the gardener||');
    const { page } = bo;
    await page.waitForSelector('[data-testid="message"] .spoiler');
    await page.focus(field);
    await chord(page, 'Shift', 'ArrowUp');
    await shows(page, 'compose-words', /^the thief is ▒▒▒$/);
    await page.keyboard.press('Escape');
    await gone(page, 'compose-bar');
  });
});

describe('drafts', () => {
  /** Bo in another browser. @type {Awaited<ReturnType<typeof newPerson>>} */ let phone;
  /** @type {import('puppeteer-core').Browser} */ let other;

  before(async () => {
    other = await launchChromium();
    phone = await newPerson(other, { width: 390, height: 844 });
    await signIn(phone.page, server.url, 'bo').catch(() => {});
    await phone.page.goto(`${server.url}/rooms/${harbour}`);
    await part(phone.page, 'composer');
  });
  after(() => other?.close());

  test('survive a reload and are on all devices', async () => {
    const { page } = bo;
    await type(page, 'begun at the desk');
    await holds(phone.page, 'begun at the desk');
    await reload(page);
    await holds(page, 'begun at the desk');
    await phone.page.bringToFront();
    await phone.page.focus(field);
    await phone.page.keyboard.press('End');
    await phone.page.keyboard.type(', ended on the way');
    await holds(page, 'begun at the desk, ended on the way');
    await picture(phone.page, 'composer-phone');
    await page.bringToFront();
    await page.focus(field);
    await page.keyboard.press('Enter');
    await sees(phone.page, 'begun at the desk, ended on the way');
    await holds(phone.page, '');
  });

  test('written without a connection are caught up later, and nothing of two is lost', async () => {
    const { page } = bo;
    await page.setOfflineMode(true);
    await type(page, 'on the road');
    await phone.page.bringToFront();
    await phone.page.focus(field);
    await phone.page.keyboard.type('on the phone');
    await phone.page.waitForFunction(async () => {
      const { drafts } = await (await fetch('/api/v1/me/drafts')).json();
      return drafts.some((/** @type {any} */ one) => one.text === 'on the phone');
    });
    await page.setOfflineMode(false);
    await holds(page, 'on the phone\n\non the road', 30_000);
    await holds(phone.page, 'on the phone\n\non the road', 30_000);
    await page.bringToFront();
    await type(page, '');
    await holds(phone.page, '');
  });

  test('outlive signing out in another tab, and are there in a browser that is new', async () => {
    const { page } = bo;
    await type(page, 'do not lose me');
    await holds(phone.page, 'do not lose me');
    const tab = await newTab(bo.context);
    await tab.page.goto(server.url);
    await part(tab.page, 'composer');
    const { signOut } = await import('./lib/people.mjs');
    await signOut(tab.page);
    await isThere(page, '[data-testid="sign-in-form"]');
    await tab.page.close();
    await page.bringToFront();
    await signIn(page, server.url, 'bo');
    await page.goto(`${server.url}/rooms/${harbour}`);
    await holds(page, 'do not lose me');
    bo.api = await apiOf(server, bo);
    const fresh = await newPerson(other);
    await signIn(fresh.page, server.url, 'bo');
    await fresh.page.goto(`${server.url}/rooms/${harbour}`);
    await holds(fresh.page, 'do not lose me');
    assert.deepEqual([...fresh.problems, ...phone.problems], []);
    await fresh.context.close();
    await page.bringToFront();
    await type(page, '');
  });
});

test('the composer is never disabled without a connection, and the pages had no faults', async () => {
  const { page } = bo;
  await page.setOfflineMode(true);
  await type(page, 'sent while offline');
  await page.keyboard.press('Enter');
  await holds(page, '');
  await page.keyboard.type('and more');
  assert.equal(await written(page), 'and more');
  await page.setOfflineMode(false);
  await sees(ana.page, 'sent while offline', 60_000);
  await type(page, '');
  assert.deepEqual([...ana.problems, ...bo.problems, ...cy.problems], []);
});
