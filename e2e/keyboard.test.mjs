// The whole chat by keyboard alone: nothing here is pointed at. After each step the focus is where one goes on, and is
// seen there.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launchChromium, newPerson, picture } from './lib/browser.mjs';
import { gone, opened, part, password, sees, shows, takesKeys } from './lib/people.mjs';
import { Server } from './lib/server.mjs';
import { speakers } from './lib/speakers.mjs';

/** @typedef {import('./lib/speakers.mjs').Speaker} Speaker */
/** @typedef {import('puppeteer-core').KeyInput} KeyInput */

const server = new Server();
/** @type {import('puppeteer-core').Browser} */ let browser;
/** Who has no mouse, at the page. @type {Awaited<ReturnType<typeof newPerson>>} */ let bo;
/** @type {import('puppeteer-core').Page} */ let page;
/** The same one through the API, to see what has come of it. @type {Speaker} */ let asBo;
/** Somebody else. @type {Speaker} */ let ana;
/** @type {number} */ let harbour;
/** @type {number} */ let quay;

const composer = '[data-testid="composer"]';
const threadComposer = '[data-testid="thread-composer"]';
const login = '[name="login"]';

/** @param {string} id */
const hook = (id) => `[data-testid="${id}"]`;

/** @param {number} number */
const row = (number) => `[data-testid="timeline"] [data-testid="message"][data-number="${number}"]`;

/** @param {number} room */
const link = (room) => `[data-testid="room-link"][data-room="${room}"]`;

before(async () => {
  await server.start();
  browser = await launchChromium();
  const { people } = await speakers(server.url, 2);
  [ana, asBo] = /** @type {[Speaker, Speaker]} */ (people);
  harbour = await room('harbour');
  quay = await room('quay');
  await ana.say(harbour, 'Who brings the cake?');
  await ana.say(harbour, 'And who the plates?');
  bo = await newPerson(browser);
  page = bo.page;
  page.setDefaultTimeout(15_000);
});

after(async () => {
  await browser?.close();
  await server.dispose();
});

/** A room of bo's with ana in it. @param {string} name @returns {Promise<number>} */
async function room(name) {
  const { id } = await asBo.ask('POST', 'rooms', { name, kind: 'public' });
  await asBo.ask('POST', `rooms/${id}/members`, { user_id: ana.id });
  return id;
}

/** Presses keys together. @param {...KeyInput} keys */
async function keys(...keys) {
  const last = keys.pop();
  for (const key of keys) await page.keyboard.down(key);
  if (last) await page.keyboard.press(last);
  for (const key of keys.reverse()) await page.keyboard.up(key);
}

/** What has the focus: whether it is seen there, and a few words about it. */
function focus() {
  return page.evaluate(() => {
    const at = document.activeElement;
    if (!at || at === document.body) return { seen: false, words: 'nothing has the focus' };
    const { top, bottom, left, right, width, height } = at.getBoundingClientRect();
    const inside =
      width > 0 && height > 0 && bottom > 0 && right > 0 && top < innerHeight && left < innerWidth;
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(at);
    const outlined = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 && !/, 0\)$/.test(outlineColor);
    // Where one writes, the box around the field stands for it.
    const box = at.matches('.composer-field') ? at.closest('.composer-box') : null;
    const boxed = box !== null && getComputedStyle(box).boxShadow !== 'none';
    const what = at.cloneNode();
    return {
      seen: inside && (outlined || boxed),
      words: `${inside ? '' : 'out of sight: '}${what instanceof Element ? what.outerHTML : ''} (outline ${outlineStyle} ${outlineWidth})`,
    };
  });
}

/** The focus is somewhere, and seen there. */
async function isSeen() {
  const { seen, words } = await focus();
  assert.ok(seen, words);
}

/** Waits until the focus is on something. @param {string} selector */
async function rests(selector) {
  try {
    await page.waitForSelector(`${selector}:focus`, { timeout: 10_000 });
  } catch {
    assert.fail(`instead of ${selector}: ${(await focus()).words}`);
  }
  await isSeen();
}

/**
 * Goes on with Tab until something has the focus; all that has it on the way is seen, too.
 * @param {string} selector @param {'back'} [back] with Shift
 */
async function tabTo(selector, back) {
  for (let i = 0; i < 60; i++) {
    if (back) await keys('Shift', 'Tab');
    else await keys('Tab');
    await isSeen();
    if (await page.$(`${selector}:focus`)) return;
  }
  assert.fail(`Tab does not come to ${selector}`);
}

/** Goes through the entries of the menu that is open to one of them, and chooses it. @param {string} id */
async function choose(id) {
  await rests('[role^="menuitem"]');
  for (let i = 0; i < 30 && !(await page.$(`${hook(id)}:focus`)); i++) {
    await keys('ArrowDown');
    await isSeen();
  }
  await rests(hook(id));
  await keys('Enter');
}

/** From the composer to a message. @param {number} number */
async function goToMessage(number) {
  await rests(composer);
  await tabTo('[data-testid="timeline"] [data-testid="message"]', 'back');
  for (let i = 0; i < 20 && !(await page.$(`${row(number)}:focus`)); i++) {
    await keys('ArrowUp');
    await isSeen();
  }
  await rests(row(number));
}

/** Waits until something stands in a field. @param {string} selector @param {string} text */
const holds = (selector, text) =>
  page.waitForFunction(
    (field, wanted) => {
      const found = document.querySelector(field);
      return found instanceof HTMLTextAreaElement && found.value === wanted;
    },
    { polling: 50, timeout: 10_000 },
    selector,
    text,
  );

/**
 * Sends what stands in the field that has the focus. Just after a change of room Enter does nothing, so it is pressed
 * again.
 * @param {string} selector
 */
async function send(selector = composer) {
  await rests(selector);
  for (let tries = 0; tries < 20; tries++) {
    await keys('Enter');
    const empty = page.waitForFunction(
      (field) => /** @type {HTMLTextAreaElement} */ (document.querySelector(field)).value === '',
      { timeout: 250 },
      selector,
    );
    if (await empty.then(() => true).catch(() => false)) return rests(selector);
  }
  assert.fail('it was not sent');
}

/** The newest message of a room. @param {number} id @returns {Promise<any>} */
const newest = async (id) => (await asBo.ask('GET', `rooms/${id}/messages?limit=1`)).messages[0];

/** Waits until the page shows a message of mine as stored; its number. @param {string} text @returns {Promise<number>} */
async function stored(text) {
  await sees(page, text);
  const { number, body } = await newest(harbour);
  assert.equal(body, text);
  return number;
}

describe('coming in', () => {
  test('by the form, into the room and its composer', async () => {
    await page.goto(`${server.url}/sign-in`);
    await rests(login);
    await page.keyboard.type('bo');
    await keys('Tab');
    await rests('[name="password"]');
    await page.keyboard.type(password);
    await keys('Enter');
    await rests(composer);
  });

  test('Tab goes round everything, and the first link leads past the sidebar', async () => {
    await tabTo('.skip-link', 'back');
    await picture(page, 'keyboard-skip-link');
    await keys('Enter');
    await rests('#messages');
    await picture(page, 'keyboard-skipped');
    await tabTo(composer);
  });

  test('what is typed anywhere goes into the composer', async () => {
    await tabTo(hook('members-button'), 'back');
    await page.keyboard.type('x');
    await rests(composer);
    await holds(composer, 'x');
    await keys('Backspace');
  });
});

/** Goes to a room by the switcher. @param {string} typed @param {string} name */
async function switches(typed, name) {
  await keys('Control', 'k');
  await rests(hook('switcher-search'));
  await page.keyboard.type(typed);
  await shows(page, 'destination', new RegExp(name));
  await keys('Enter');
  await opened(page, name);
  await rests(composer);
}

describe('rooms', () => {
  test('the switcher leads to another one, and leaves one where one was', async () => {
    await keys('Control', 'k');
    await rests(hook('switcher-search'));
    await keys('Escape');
    await page.waitForFunction(() => !document.querySelector('[data-testid="switcher"]'));
    await rests(composer);
    await switches('harb', 'harbour');
  });

  test('Alt and arrows go through all of them, with Shift through the unread ones', async () => {
    await keys('Alt', 'ArrowDown');
    await opened(page, 'quay');
    await rests(composer);
    await keys('Alt', 'ArrowUp');
    await opened(page, 'harbour');
    await rests(composer);
    await ana.say(quay, 'Anybody here?');
    await page.waitForSelector(`${link(quay)}[data-bold="true"]`);
    await keys('Alt', 'Shift', 'ArrowUp');
    await opened(page, 'quay');
    await sees(page, 'Anybody here?');
    await rests(composer);
    await switches('harb', 'harbour');
  });

  test('the menu of one: favourite, level and silence', async () => {
    await tabTo(link(harbour), 'back');
    await roomMenu('favourite');
    await page.waitForSelector(`[data-group="favourites"] ${link(harbour)}`);
    await rests(link(harbour));
    await roomMenu('level', 'level-mentions');
    await page.waitForSelector('[data-testid="bell"][data-state="mentions"]');
    await rests(link(harbour));
    await roomMenu('silence', 'silence-hour');
    await page.waitForSelector('[data-testid="bell"][data-state="silenced"]');
    await rests(link(harbour));
    await roomMenu('unsilence');
    await page.waitForSelector('[data-testid="bell"][data-state="mentions"]');
    await rests(link(harbour));
    await keys('Alt', 'Enter');
    await part(page, 'room-popup');
    await takesKeys(page);
    await keys('Escape');
    await gone(page, 'room-popup');
    await rests(link(harbour));
    await keys('Enter');
    await tabTo(hook('bell'));
    await keys('Enter');
    await choose('level-everything');
    await page.waitForSelector('[data-testid="bell"][data-state="everything"]');
    await rests(hook('bell'));
    await tabTo(composer);
  });

  /** Opens the menu of the room whose link has the focus, and chooses one entry after the other. @param {...string} entries */
  async function roomMenu(...entries) {
    await keys('Shift', 'F10');
    await part(page, 'room-popup');
    for (const entry of entries) await choose(entry);
    await gone(page, 'room-popup');
  }
});

describe('writing', () => {
  test('a mention is completed and sent', async () => {
    await page.keyboard.type('I can, @an');
    await shows(page, 'completion', /ana/);
    await keys('Enter');
    await holds(composer, 'I can, @ana ');
    await send();
    await page.waitForSelector(`[data-testid="message"][data-number] .mention`);
    assert.deepEqual((await newest(harbour)).mentions, [ana.id]);
  });

  test('Up changes the last message', async () => {
    await page.keyboard.type('On Fryday.');
    await send();
    const number = await stored('On Fryday.');
    await keys('ArrowUp');
    await holds(composer, 'On Fryday.');
    await rests(composer);
    await keys('Control', 'a');
    await page.keyboard.type('On Friday.');
    await keys('Enter');
    await gone(page, 'compose-bar');
    await rests(composer);
    await page.waitForSelector(`${row(number)} [data-testid="edited"]`);
    assert.equal((await newest(harbour)).body, 'On Friday.');
  });

  test('with nothing left it asks whether to delete the message, and goes on after it', async () => {
    await page.keyboard.type('Better not said.');
    await send();
    const number = await stored('Better not said.');
    await keys('ArrowUp');
    await holds(composer, 'Better not said.');
    await keys('Control', 'a');
    await keys('Backspace');
    await keys('Enter');
    await rests(hook('ask-delete-yes'));
    await keys('Escape');
    await gone(page, 'ask-delete');
    await rests(composer);
    await keys('Enter');
    await rests(hook('ask-delete-yes'));
    await keys('Enter');
    await gone(page, 'compose-bar');
    await page.waitForSelector(row(number), { hidden: true });
    await rests(composer);
  });

  test('emoji are picked', async () => {
    await tabTo(hook('emoji'));
    await keys('Enter');
    await rests(hook('emoji-search'));
    await page.keyboard.type('clap');
    await page.waitForSelector('[data-testid="emoji-one"][aria-label="clapping hands"]');
    await keys('Enter');
    await holds(composer, '👏');
    await rests(composer);
    await keys('Backspace');
  });
});

describe('messages', () => {
  test('arrows go from one to the next, and + reacts', async () => {
    await goToMessage(1);
    await keys('ArrowDown');
    await rests(row(2));
    await keys('ArrowUp');
    await rests(row(1));
    await keys('+');
    await rests(hook('emoji-search'));
    await page.keyboard.type('cake');
    await part(page, 'emoji-one');
    await keys('Enter');
    await page.waitForSelector(`${row(1)} [data-testid="reaction"][aria-pressed="true"]`);
    await rests(row(1));
    await picture(page, 'keyboard-message');
  });

  test('Tab goes through what belongs to the message, and a reaction is taken back', async () => {
    await tabTo(`${row(1)} [data-testid="reaction"]`);
    await keys('Enter');
    await page.waitForSelector(`${row(1)} [data-testid="reaction"]`, { hidden: true });
    await rests(row(1));
    await tabTo(composer);
  });

  test('r answers with a quote', async () => {
    await goToMessage(1);
    await keys('r');
    await rests(composer);
    await shows(page, 'compose-about', /ana.*Who brings the cake/);
    await page.keyboard.type('My sister.');
    await send();
    const number = await stored('My sister.');
    await page.waitForSelector(`${row(number)} [data-testid="quote"]`);
    assert.equal((await newest(harbour)).reply_to, 1);
  });

  test('Enter opens the menu, and Esc gives the focus back', async () => {
    await goToMessage(2);
    await keys('Enter');
    await rests('[role="menuitem"]');
    await picture(page, 'keyboard-menu');
    await keys('Escape');
    await rests(row(2));
    await keys('Enter');
    await choose('reply-item');
    await rests(composer);
    await part(page, 'compose-bar');
    await keys('Escape');
    await gone(page, 'compose-bar');
    await rests(composer);
  });

  test('Delete takes an own one away; the next one has the focus, and Undo is in reach', async () => {
    await page.keyboard.type('Never mind.');
    await send();
    const number = await stored('Never mind.');
    await page.keyboard.type('Or do.');
    await send();
    const next = await stored('Or do.');
    await goToMessage(number);
    await keys('Delete');
    await page.waitForSelector(row(number), { hidden: true });
    await rests(row(next));
    // Further up stands what was deleted before.
    const undo = '.toast:last-child [data-testid="toast-action"]';
    await page.waitForSelector(undo);
    await tabTo(undo);
    await keys('Enter');
    await page.waitForSelector(row(number));
    await rests(':not(body)');
    await page.keyboard.type('y');
    await rests(composer);
    await keys('Backspace');
  });
});

describe('beside the room', () => {
  test('t opens the thread, and Esc closes it and goes back to the message', async () => {
    await goToMessage(1);
    await keys('t');
    await rests(threadComposer);
    await page.keyboard.type('With cherries.');
    await send(threadComposer);
    await sees(page, 'With cherries.');
    await picture(page, 'keyboard-thread');
    await keys('Escape');
    await gone(page, 'thread');
    await rests(row(1));
  });

  test('the same from the line below the message, from its bar and from its menu', async () => {
    await tabTo(`${row(1)} [data-testid="thread-line"]`);
    await keys('Enter');
    await rests(threadComposer);
    await keys('Escape');
    await gone(page, 'thread');
    await rests(`${row(1)} [data-testid="thread-line"]`);
    await tabTo(`${row(1)} [data-testid="bar-thread"]`);
    await keys('Enter');
    await rests(threadComposer);
    await keys('Escape');
    await gone(page, 'thread');
    await rests(row(1));
    await keys('Enter');
    await choose('thread-item');
    await rests(threadComposer);
    await tabTo(hook('close-thread'), 'back');
    await keys('Enter');
    await gone(page, 'thread');
    await rests(row(1));
  });

  test('p pins the message, and the panel leads to it', async () => {
    await keys('p');
    await page.waitForSelector(`${row(1)} [data-testid="pinned-mark"]`);
    await rests(row(1));
    await tabTo(hook('pins-button'), 'back');
    await keys('Enter');
    await rests(hook('close-pins'));
    await part(page, 'pin');
    await tabTo(hook('go-to-kept'));
    await keys('Enter');
    await rests(row(1));
    await keys('Escape');
    await gone(page, 'pins');
    await rests(':not(body)');
    await page.keyboard.type('z');
    await rests(composer);
    await keys('Backspace');
  });

  test('the members are shown and hidden, in the place of a thread, too', async () => {
    await goToMessage(1);
    await keys('t');
    await rests(threadComposer);
    await keys('Control', '.');
    await gone(page, 'thread');
    await part(page, 'members');
    await rests(row(1));
    await tabTo(hook('close-members'));
    await keys('Enter');
    await gone(page, 'members');
    await rests(composer);
    await keys('Control', '.');
    await part(page, 'members');
    await tabTo(hook('close-members'));
    await keys('Escape');
    await gone(page, 'members');
    await rests(composer);
  });
});

describe('dialogs', () => {
  test('? shows the shortcuts, and Esc goes back to the message', async () => {
    await goToMessage(2);
    await keys('?');
    await part(page, 'shortcuts-dialog');
    await rests('[data-testid="shortcuts-dialog"] *');
    await keys('Escape');
    await gone(page, 'shortcuts-dialog');
    await rests(row(2));
    await tabTo(composer);
    await keys('Control', '/');
    await part(page, 'shortcuts-dialog');
    await keys('Escape');
    await gone(page, 'shortcuts-dialog');
    await rests(composer);
  });

  test('what is pressed as soon as one is hidden is not lost, though it be for the same one', async () => {
    for (const before of ['shortcuts-dialog', 'switcher']) {
      await keys('Control', before === 'switcher' ? 'k' : '/');
      await part(page, before);
      await page.$eval('dialog[open]', (dialog) => {
        if (dialog instanceof HTMLDialogElement) dialog.close();
        const pressed = { key: 'k', ctrlKey: true, bubbles: true, cancelable: true };
        document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', pressed));
      });
      await rests(hook('switcher-search'));
      await keys('Escape');
      await gone(page, 'switcher');
      await rests(composer);
    }
  });

  test('the settings are opened from the menu about oneself, and changed', async () => {
    await tabTo(hook('user-menu'), 'back');
    await keys('Enter');
    await choose('settings');
    await part(page, 'settings-dialog');
    await rests('[data-testid="settings-dialog"] *');
    await tabTo(hook('settings-writing'));
    await keys('Enter');
    await part(page, 'section-writing');
    await rests(':not(body)');
    await tabTo('[data-testid="section-writing"] input');
    await picture(page, 'keyboard-settings');
    await keys('Escape');
    await gone(page, 'settings-dialog');
    await rests(hook('user-menu'));
    await tabTo(composer);
  });
});

describe('reading', () => {
  test('u marks unread from a message on, which has the focus still', async () => {
    await goToMessage(2);
    await keys('u');
    await part(page, 'unread-divider');
    await rests(row(2));
    // The page shows it before the server has answered.
    await page.waitForFunction(
      async (id) => (await (await fetch(`/api/v1/rooms/${id}`)).json()).read_number === 1,
      { polling: 100, timeout: 10_000 },
      harbour,
    );
  });

  test('Esc undoes one layer after the other, and at last the room is read', async () => {
    await keys('ArrowUp');
    await rests(row(1));
    await keys('t');
    await rests(threadComposer);
    await page.waitForSelector('[data-testid="thread-timeline"] ::-p-text(With cherries.)');
    await keys('Shift', 'ArrowUp');
    await page.waitForSelector('[data-testid="thread"] [data-testid="compose-bar"]');
    await keys('Escape');
    await page.waitForSelector('[data-testid="thread"] [data-testid="compose-bar"]', { hidden: true });
    await rests(threadComposer);
    await keys('Escape');
    await gone(page, 'thread');
    await rests(row(1));
    assert.equal((await asBo.ask('GET', `rooms/${harbour}`)).read_number, 1);
    await keys('Escape');
    await gone(page, 'unread-divider');
    await rests(':not(body)');
    await page.waitForFunction(
      async (id) => {
        const { read_number, last_number } = await (await fetch(`/api/v1/rooms/${id}`)).json();
        return read_number === last_number;
      },
      { polling: 100, timeout: 10_000 },
      harbour,
    );
  });
});

test('signing out leads to the form, and nothing went wrong on the way', async () => {
  await tabTo(hook('user-menu'), 'back');
  await keys('Enter');
  await choose('sign-out');
  await part(page, 'sign-in-form');
  await rests(login);
  assert.deepEqual(bo.problems, []);
});
