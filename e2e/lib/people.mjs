// What people do on the page, by its visible controls.

/** @typedef {import('puppeteer-core').Page} Page */

export const password = 'correct horse battery';

/** @param {string} id */
const hook = (id) => `[data-testid="${id}"]`;

/** Waits for a part of the page. @param {Page} page @param {string} id */
export const part = (page, id) => page.waitForSelector(hook(id), { visible: true });

/**
 * Fills the fields of a form by their names and submits it.
 * @param {Page} page @param {string} form @param {Record<string, string>} fields
 */
export async function submit(page, form, fields) {
  await part(page, form);
  for (const [name, value] of Object.entries(fields)) {
    await page.locator(`${hook(form)} [name="${name}"]`).fill(value);
  }
  await page.locator(`${hook(form)} [type="submit"]`).click();
}

/** The owner's first visit. @param {Page} page @param {string} url @param {{name: string, code?: string}} owner */
export async function setUp(page, url, owner) {
  await page.goto(url);
  await submit(page, 'setup-form', {
    workspace: 'Ubuntu help',
    username: owner.name,
    display_name: owner.name,
    password,
    ...(owner.code ? { code: owner.code } : {}),
  });
  await part(page, 'composer');
}

/** Makes an invite link, as the owner. @param {Page} page @returns {Promise<string>} */
export async function invite(page) {
  await menu(page, 'invites');
  await page.locator(hook('create-invite')).click();
  await part(page, 'invite-url');
  const url = await page.$eval(hook('invite-url'), (e) =>
    e instanceof HTMLInputElement ? e.value : (e.textContent ?? ''),
  );
  await close(page);
  return url;
}

/** Takes up an invite. @param {Page} page @param {string} url @param {string} name */
export async function signUp(page, url, name) {
  await page.goto(url);
  await submit(page, 'sign-up-form', { username: name, display_name: name, password });
  await part(page, 'composer');
}

/** @param {Page} page @param {string} url @param {string} name */
export async function signIn(page, url, name, secret = password) {
  await page.goto(`${url}/sign-in`);
  await submit(page, 'sign-in-form', { login: name, password: secret });
  await part(page, 'composer');
}

/** @param {Page} page */
export async function signOut(page) {
  await menu(page, 'sign-out');
  await part(page, 'sign-in-form');
}

/**
 * Says one line. Just after a change of room, Enter does nothing for half a second (a guard against the wrong
 * room), so it is pressed until the composer is empty, as a person would.
 * @param {Page} page @param {string} text
 */
export async function say(page, text) {
  await page.locator(hook('composer')).fill(text);
  await page.focus(hook('composer'));
  for (let tries = 0; tries < 20; tries++) {
    await page.keyboard.press('Enter');
    const empty = page.waitForFunction(
      (selector) => {
        const field = document.querySelector(selector);
        return field instanceof HTMLTextAreaElement && field.value === '';
      },
      { timeout: 250 },
      hook('composer'),
    );
    if (await empty.then(() => true).catch(() => false)) return;
  }
  throw new Error('the composer did not take the line');
}

/**
 * What the room shows: the stored messages in the order of the screen.
 * @param {Page} page @returns {Promise<{number: number, text: string}[]>}
 */
export function transcript(page) {
  return page.$$eval(`${hook('message')}[data-number]`, (found) =>
    found.map((e) => ({
      number: Number(e.getAttribute('data-number')),
      text: e.querySelector('[data-testid="message-body"]')?.textContent ?? '',
    })),
  );
}

/** Waits until the screen shows a line as a stored message. @param {Page} page @param {string} text */
export function sees(page, text, timeout = 10_000) {
  return page.waitForFunction(
    (wanted) =>
      [
        ...document.querySelectorAll('[data-testid="message"][data-number] [data-testid="message-body"]'),
      ].some((e) => e.textContent === wanted),
    { timeout, polling: 'mutation' },
    text,
  );
}

/** Waits for a notice line that holds a text. @param {Page} page @param {RegExp} wanted */
export function seesNotice(page, wanted, timeout = 20_000) {
  return page.waitForFunction(
    (source, flags) =>
      [...document.querySelectorAll('[data-testid="notice"]')].some((e) =>
        new RegExp(source, flags).test(e.textContent ?? ''),
      ),
    { timeout, polling: 'mutation' },
    wanted.source,
    wanted.flags,
  );
}

/** Waits until the page listens over a transport. @param {Page} page @param {string} transport */
export function listensBy(page, transport, timeout = 20_000) {
  return page.waitForSelector(
    `${hook('connection-state')}[data-phase="listening"][data-transport="${transport}"]`,
    { timeout },
  );
}

/**
 * Loads a page anew once nothing written on it is on its way any more: before that the browser asks whether to leave, and
 * the page stands still until somebody answers.
 * @param {Page} page
 */
export async function reload(page) {
  await page.waitForFunction(() => !document.querySelector('[data-testid="message"][data-state="sending"]'), {
    polling: 50,
  });
  await page.reload();
}

/** Waits until an open menu takes keys: it does once it has been drawn. @param {Page} page */
export const takesKeys = (page) => page.waitForSelector('[role="menu"] :focus');

/**
 * Waits until a tab has something, though it may be hidden: a hidden one never draws, and only when it draws would
 * puppeteer look for a selector with a colon.
 * @param {Page} page @param {string} selector
 */
export const isThere = (page, selector) =>
  page.waitForFunction((wanted) => document.querySelector(wanted) !== null, { polling: 50 }, selector);

/** Opens a part of the settings. @param {Page} page @param {string} section */
export async function settings(page, section) {
  await menu(page, 'settings');
  await page.locator(hook(`settings-${section}`)).click();
  await part(page, `section-${section}`);
}

/**
 * Closes the dialog that is open. The dialog goes first, the address follows it: the history moves in its own time.
 * @param {Page} page
 */
export async function close(page) {
  await page.keyboard.press('Escape');
  await page.waitForSelector('dialog', { hidden: true });
  await page.waitForFunction(() => location.hash === '');
}

/** Presses the button with a hook, once it is there. @param {Page} page @param {string} id */
export const press = (page, id) => page.locator(hook(id)).click();

/** Presses a button that asks first, and says yes. @param {Page} page @param {string} id @param {string} [within] */
export async function confirm(page, id, within = '') {
  await page.locator(`${within} ${hook(id)}`).click();
  await page.locator(`${within} ${hook(`${id}-yes`)}`).click();
}

/** Waits until a part of the page holds a text. @param {Page} page @param {string} id @param {RegExp} wanted */
export function shows(page, id, wanted, timeout = 10_000) {
  return page.waitForFunction(
    (selector, source) =>
      [...document.querySelectorAll(selector)].some((e) => new RegExp(source).test(e.textContent ?? '')),
    { timeout, polling: 100 },
    hook(id),
    wanted.source,
  );
}

/** Makes it later for a page, as after a sleep, until it is loaded anew. @param {Page} page @param {number} by milliseconds */
export const later = (page, by) =>
  page.evaluate((more) => {
    const real = Date.now.bind(Date);
    Date.now = () => real() + more;
    document.dispatchEvent(new Event('visibilitychange'));
  }, by);

/** Waits until a part of the page is gone. @param {Page} page @param {string} id */
export const gone = (page, id) => page.waitForSelector(hook(id), { hidden: true });

/** Chooses the transport in the settings, as a person does. @param {Page} page @param {string} transport */
export async function choose(page, transport) {
  await settings(page, 'connection');
  await page.locator(`${hook('settings-dialog')} input[name="transport"][value="${transport}"]`).click();
  await close(page);
  await listensBy(page, transport);
}

/** Opens an entry of the menu about oneself. @param {Page} page @param {string} entry */
export async function menu(page, entry) {
  await page.bringToFront(); // a tab in the background draws nothing, and so cannot be clicked
  await page.locator(hook('user-menu')).click();
  await page.locator(hook(entry)).click();
}

/** @param {Page} page @param {'public' | 'private'} kind @param {string} name */
export async function createRoom(page, kind, name) {
  await page.locator(hook('create-room')).click();
  await part(page, 'create-room-form');
  await page.locator(`${hook('create-room-form')} [value="${kind}"]`).click();
  await submit(page, 'create-room-form', { name });
  await opened(page, name);
}

/** Picks people by typing their names. @param {Page} page @param {string[]} names */
export async function pick(page, names) {
  for (const name of names) {
    await page.locator(hook('people-search')).fill(name);
    await page.locator(`${hook('person')} ::-p-text(${name})`).click();
  }
}

/** Opens a room from the sidebar. @param {Page} page @param {string} title */
export async function open(page, title) {
  await page.locator(`${hook('room-link')} ::-p-text(${title})`).click();
  await opened(page, title);
}

/** Waits until a room is open. @param {Page} page @param {string} title */
export function opened(page, title) {
  return page.waitForSelector(`${hook('room-title')} ::-p-text(${title})`);
}

/** Presses keys together. @param {Page} page @param {...import('puppeteer-core').KeyInput} keys */
export async function chord(page, ...keys) {
  const last = keys.pop();
  for (const key of keys) await page.keyboard.down(key);
  if (last) await page.keyboard.press(last);
  for (const key of keys.reverse()) await page.keyboard.up(key);
}
