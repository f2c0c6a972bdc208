// Every page and state: no fault that axe finds, in light and dark, large and on a phone. With CHATD_SCREENSHOTS set to
// a folder, pictures of all of them are kept there to be looked at.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchChromium, newPerson } from './lib/browser.mjs';
import { lines, literally } from './lib/conversation.mjs';
import { drawn, inspect } from './lib/looks.mjs';
import {
  close,
  createRoom,
  gone,
  invite,
  menu,
  part,
  password,
  press,
  say,
  sees,
  setUp,
  settings,
  shows,
  signUp,
  submit,
} from './lib/people.mjs';
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
  await browser?.close();
  await server.dispose();
});

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
  assert.deepEqual(guest.problems, []);
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
    await say(speaker.page, literally(text));
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

test('a very long name leaves the user name whole', async () => {
  const wanda = await newPerson(browser);
  await signUp(wanda.page, link, 'wanda');
  const { id } = await (await apiOf(wanda))('PATCH', 'me', { display_name: 'W'.repeat(80) });
  const { page } = ana;
  const api = await apiOf(ana);
  const { users } = await api('GET', 'overview');
  const nalioth = users.find((/** @type {{username: string}} */ user) => user.username === 'nalioth');
  await api('PATCH', `users/${nalioth.id}`, { deactivated: true });
  await menu(page, 'people');
  await shows(page, 'managed-person', /WWW/);
  await page.waitForSelector('[data-testid="managed-person"][data-deactivated="true"]');
  await inspect(page, 'people-wide-name');
  await wholeUserNames(page);
  await page.locator('[data-testid="managed-person"] ::-p-text(@wanda)').click();
  await part(page, 'manage-person');
  await inspect(page, 'person-wide-name');
  await wholeUserNames(page);
  await close(page);
  await page.locator('[data-testid="new-message"]').click();
  await part(page, 'person');
  await inspect(page, 'picker-wide-name');
  await wholeUserNames(page);
  await close(page);
  const room = Number(new URL(page.url()).pathname.split('/').pop());
  await api('PATCH', `users/${nalioth.id}`, { deactivated: false });
  await api('POST', `rooms/${room}/members`, { user_id: id });
  await page.locator('[data-testid="members-button"]').click();
  await shows(page, 'member', /WWW/);
  await inspect(page, 'members-wide-name');
  await press(page, 'close-members');
  assert.deepEqual(wanda.problems, []);
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
    await close(page);
  }
  await page.locator('[data-testid="members-button"]').click();
  await part(page, 'members');
  await inspect(page, 'members');
});

test('what I am to others, and who somebody is', async () => {
  const { page } = ana;
  await part(page, 'members');
  await page.locator('[data-testid="members"] [data-testid="member"] ::-p-text(WWW)').click();
  await part(page, 'profile-message');
  // What the server knows of them has come.
  await part(page, 'profile-time');
  await inspect(page, 'profile-card');
  await page.keyboard.press('Escape');
  await gone(page, 'profile-card');
  await menu(page, 'set-status');
  await part(page, 'status-suggestions');
  await inspect(page, 'status-dialog');
  await press(page, 'status-emoji-button');
  await page.locator('[data-testid="emoji-search"]').fill('headphone');
  await page.locator('[data-testid="emoji-one"] ::-p-text(🎧)').click();
  await gone(page, 'emoji-picker');
  await page.locator('[data-testid="status-form"] [name="text"]').fill('in the lab');
  await page.select('[data-testid="status-end"]', 'hour');
  await inspect(page, 'status-filled');
  await press(page, 'status-submit');
  await gone(page, 'status-dialog');
  await menu(page, 'choose-do-not-disturb');
  await press(page, 'do-not-disturb-hour');
  await gone(page, 'do-not-disturb-hour');
  await menu(page, 'choose-do-not-disturb');
  await part(page, 'do-not-disturb-hour');
  await inspect(page, 'own-menu');
  await press(page, 'choose-automatic');
});

test('the settings', async () => {
  const { page } = ana;
  await menu(page, 'settings');
  await part(page, 'settings-dialog');
  await inspect(page, 'settings');
  await close(page);
  for (const [section, filled] of [
    ['notices', '[data-testid="section-notices"]'],
    ['connection', '[data-testid="fact-state"]'],
    ['account', '[data-testid="account-form"]'],
    ['password', '[data-testid="password-form"]'],
    ['sessions', '[data-testid="session"]'],
    ['tokens', '.hint + [data-testid="tokens"]'],
  ]) {
    await settings(page, section);
    await page.waitForSelector(filled);
    await inspect(page, `settings-${section}`);
    await close(page);
  }
});

test('the settings of somebody with many browsers and tokens', async () => {
  const { page } = ana;
  const api = await apiOf(ana);
  for (const [i, agent] of agents.entries()) {
    await fetch(`${server.url}/api/v1/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': agent },
      body: JSON.stringify({ login: 'ana', password }),
    });
    const name = i % 2 ? `a token with a name that goes on and on ${'and on '.repeat(5)}`.trim() : `bot ${i}`;
    await api('POST', 'tokens', { name, scope: i % 3 ? 'read' : 'read-write', expires_in_days: 1 + i * 90 });
  }
  await settings(page, 'sessions');
  await page.waitForSelector('[data-testid="session"][data-current="false"]');
  await inspect(page, 'sessions-many');
  await page.locator('[data-testid="end-session"]').click();
  await part(page, 'end-session-yes');
  await inspect(page, 'sessions-question');
  await page.keyboard.press('Escape'); // only takes the question back
  await gone(page, 'end-session-yes');
  await close(page);
  await settings(page, 'tokens');
  await submit(page, 'token-form', { name: 'backup script' });
  await part(page, 'made-token');
  await inspect(page, 'tokens-made');
  await close(page);
  await settings(page, 'password');
  await submit(page, 'password-form', { current_password: 'wrong', new_password: 'short' });
  await page.waitForSelector('.field-problem');
  await inspect(page, 'password-wrong');
  await submit(page, 'password-form', { current_password: password, new_password: `${password}!` });
  await part(page, 'password-done');
  await inspect(page, 'password-done');
  await close(page);
});

test('looking after people and rooms', async () => {
  const { page } = ana;
  const api = await apiOf(ana);
  for (let i = 0; i < 12; i++) {
    await api('POST', 'rooms', {
      kind: i % 2 ? 'private' : 'public',
      name: `${i} ${lines(12)[i]}`.slice(0, 80),
    });
  }
  await menu(page, 'people');
  await part(page, 'managed-person');
  await inspect(page, 'people');
  await page.locator('[data-testid="managed-person"] ::-p-text(@nalioth)').click();
  await part(page, 'manage-person');
  await inspect(page, 'person');
  await page.locator('[data-testid="deactivate"]').click();
  await part(page, 'deactivate-yes');
  await inspect(page, 'person-question');
  await press(page, 'deactivate-yes');
  await part(page, 'reactivate');
  await inspect(page, 'person-deactivated');
  await close(page);

  await menu(page, 'invites');
  await page.locator('[data-testid="invite-form"] [value="guest"]').click();
  await part(page, 'guest-rooms');
  await press(page, 'create-invite');
  await page.waitForSelector('#rooms-problem');
  await inspect(page, 'invite-guest');
  await page.locator('[data-testid="guest-room"]').click();
  await press(page, 'create-invite');
  await part(page, 'invite-url');
  link = await page.$eval('[data-testid="invite-url"]', (e) =>
    e instanceof HTMLInputElement ? e.value : '',
  );
  await inspect(page, 'invite-guest-made');
  await close(page);

  await page.locator('[data-testid="room-link"]:not([data-kind="direct"])').click();
  await press(page, 'room-menu');
  await part(page, 'room-settings');
  await inspect(page, 'room-menu');
  await press(page, 'room-settings');
  await part(page, 'room-settings-form');
  await inspect(page, 'room-settings');
  await close(page);
});

test('what a guest sees', async () => {
  const guest = await newPerson(browser);
  await signUp(guest.page, link, 'gwen');
  await inspect(guest.page, 'guest');
  const api = await apiOf(ana);
  const { rooms, users } = await api('GET', 'overview');
  const gwen = users.find((/** @type {{username: string}} */ user) => user.username === 'gwen');
  const id = Number(new URL(guest.page.url()).pathname.split('/').pop());
  assert.ok(rooms.some((/** @type {{id: number}} */ room) => room.id === id));
  await guest.page.locator('[data-testid="composer"]').fill('what I wanted to say');
  await api('PATCH', `rooms/${id}`, { state: 'read-only' });
  await part(guest.page, 'read-only-note');
  await inspect(guest.page, 'guest-read-only');
  await ana.page.goto(`${server.url}/rooms/${id}`);
  await ana.page.locator('aria/What to do about gwen').click();
  await part(ana.page, 'remove-member');
  await inspect(ana.page, 'member-menu');
  await press(ana.page, 'remove-member');
  await part(ana.page, 'remove-member-submit');
  await inspect(ana.page, 'remove-member');
  await press(ana.page, 'remove-member-submit');
  await gone(guest.page, 'read-only-note');
  await guest.page.goto(server.url);
  await part(guest.page, 'no-room');
  await inspect(guest.page, 'guest-without-rooms');
  await api('DELETE', `users/${gwen.id}/sessions`);
  await shows(guest.page, 'sign-in-notice', /signed out/);
  await inspect(guest.page, 'signed-out');
  await guest.page.goto(`${server.url}/sign-up`);
  await part(guest.page, 'sign-up-closed');
  await inspect(guest.page, 'sign-up-closed');
  await api('PATCH', 'workspace', { sign_up: 'open' });
  await guest.page.goto(`${server.url}/sign-in`);
  await part(guest.page, 'create-account');
  await inspect(guest.page, 'sign-in-open');
  await press(guest.page, 'create-account');
  await part(guest.page, 'sign-up-form');
  await inspect(guest.page, 'sign-up');
  assert.deepEqual(guest.problems, []);
});

const agents = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0',
  'w3m/0.5.3',
];

/**
 * On screens of every width, no user name is cut off or pushed out of the dialog.
 * @param {Page} page
 */
async function wholeUserNames(page) {
  for (const width of [1440, 390, 320]) {
    await page.setViewport({ width, height: 800 });
    await drawn(page);
    const cut = await page.$$eval('[data-testid="username"]', (found) =>
      found
        .filter((e) => {
          const frame = e.closest('.dialog-frame');
          if (!frame) return true;
          const [own, around] = [e.getBoundingClientRect(), frame.getBoundingClientRect()];
          const inside = own.left >= around.left && own.right <= around.right && own.width > 0;
          return !inside || e.scrollWidth > e.clientWidth;
        })
        .map((e) => e.textContent),
    );
    assert.deepEqual(cut, [], `at ${width} px`);
  }
  await page.setViewport({ width: 1440, height: 900 });
  assert.ok(await page.$('[data-testid="username"]'));
}

/**
 * The API as the person of a page uses it.
 * @param {Person} person @returns {Promise<(method: string, path: string, body?: object) => Promise<any>>}
 */
async function apiOf(person) {
  const cookie = (await person.context.cookies()).map((c) => `${c.name}=${c.value}`).join('; ');
  return async (method, path, body) => {
    const answer = await fetch(`${server.url}/api/v1/${path}`, {
      method,
      headers: { cookie, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    assert.ok(answer.ok, text);
    return text === '' ? null : JSON.parse(text);
  };
}

/** Waits until the banner has told two times until the next try, the later one shorter. @param {Page} page */
async function countsDown(page) {
  /** @param {number} least @param {number} below */
  const next = async (least, below) => {
    const found = await page.waitForFunction(
      (from, limit) => {
        const words = document.querySelector('[data-testid="connection-banner"]')?.textContent ?? '';
        const seconds = Number(/Next try in (\d+) second/.exec(words)?.[1] ?? 0);
        return seconds >= from && seconds < limit && seconds;
      },
      { polling: 50 },
      least,
      below,
    );
    return Number(await found.jsonValue());
  };
  await next(1, await next(2, 1_000)); // below one there is none
}

test('the lost connection', async () => {
  await server.kill();
  // So that it is noticed at once; connection.test.mjs waits until it is noticed without a hint.
  await ana.page.evaluate(() => dispatchEvent(new Event('online')));
  await ana.page.waitForSelector('[data-testid="try-now"]', { timeout: 30_000 });
  await countsDown(ana.page);
  await inspect(ana.page, 'lost-connection');
  assert.deepEqual(ana.problems, []);
});
