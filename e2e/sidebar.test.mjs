// The sidebar: what is unread and for whom, sections, favourites, what is silenced; by mouse and by keyboard, with many rooms.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ana, bo, cy, crew, harbour, roomOf, server } from './lib/crew.mjs';
import { inspect } from './lib/looks.mjs';
import { chord, gone, later, listensBy, opened, part, press, submit, takesKeys } from './lib/people.mjs';
import { run } from './lib/postgres.mjs';

/** @typedef {import('puppeteer-core').Page} Page */

/** @type {number} */ let quay;
/** @type {number} */ let tower;
/** Hundreds of others. @type {number[]} */ const rooms = [];

crew(async () => {
  quay = await roomOf(bo, 'quay', [ana, cy]);
  tower = await roomOf(bo, 'tower', [ana]);
});

/** @param {number} room */
const link = (room) => `[data-testid="room-link"][data-room="${room}"]`;

/** Somebody writes, by the API. @param {import('./lib/crew.mjs').Member} who @param {number} room @param {string} body */
const writes = (who, room, body) =>
  who.api('POST', `rooms/${room}/messages`, { client_id: crypto.randomUUID(), body });

/** Opens a room's menu with the other button of the mouse and chooses entries in it. @param {Page} page @param {number} room @param {string[]} entries */
async function choose(page, room, ...entries) {
  await page.locator(link(room)).click({ button: 'right' });
  for (const entry of entries) await press(page, entry);
  await gone(page, 'room-popup');
}

/** Waits until a room is the open one, and wholly in view. @param {Page} page @param {number | undefined} room */
const isInView = (page, room) =>
  page.waitForFunction(
    (selector) => {
      const found = document.querySelector(selector)?.getBoundingClientRect();
      const list = document.querySelector('.sidebar-scroll')?.getBoundingClientRect();
      return found && list && found.top >= list.top && found.bottom <= list.bottom;
    },
    { polling: 50 },
    `${link(room ?? 0)}[aria-current]`,
  );

/** @param {Page} page @param {string} group @returns {Promise<string[]>} */
const namesIn = (page, group) =>
  page.$$eval(`[data-group="${group}"] .room-name`, (all) => all.map((one) => one.textContent ?? ''));

test('an unread room is bold, and messages for me are counted', async () => {
  const { page } = ana;
  await page.locator(link(harbour)).click();
  await opened(page, 'harbour');
  await writes(bo, quay, 'anybody here?');
  await page.waitForSelector(`${link(quay)}[data-bold="true"][data-unread="1"]`);
  assert.equal(await page.$(`${link(quay)} [data-testid="unread"]`), null);
  await writes(bo, quay, 'I mean @ana');
  await page.waitForSelector(`${link(quay)}[data-unread="2"] [data-testid="unread"][data-count="1"]`);
  await page.waitForFunction(() => document.title.startsWith('(2) harbour'));
  await page.locator(link(quay)).click();
  await opened(page, 'quay');
  await page.waitForSelector(`${link(quay)}[data-bold="false"][data-unread="0"]`);
  assert.equal(await page.$(`${link(quay)} [data-testid="unread"]`), null);
});

test('what was read on another device, or came while the page was away, is right after it', async () => {
  const { page } = ana;
  await page.locator(link(harbour)).click();
  await opened(page, 'harbour');
  await writes(bo, quay, '@ana once');
  await page.waitForSelector(`${link(quay)} [data-testid="unread"][data-count="1"]`);
  await server.stop();
  await page.waitForSelector('[data-testid="connection-state"]:not([data-phase="listening"])');
  await server.start();
  const { number } = await writes(bo, quay, '@ana twice');
  await writes(bo, tower, '@ana here, too');
  await ana.api('PUT', `rooms/${quay}/read`, { number: number - 1 });
  await listensBy(page, 'iframe', 60_000);
  await page.waitForSelector(`${link(quay)}[data-unread="1"] [data-testid="unread"][data-count="1"]`);
  await page.waitForSelector(`${link(tower)}[data-unread="1"] [data-testid="unread"][data-count="1"]`);
  await ana.api('PUT', `rooms/${tower}/read`, { number: 1 });
  await page.waitForSelector(`${link(tower)}[data-unread="0"][data-bold="false"]`);
  await ana.api('PUT', `rooms/${tower}/unread`, { number: 1 });
  await page.waitForSelector(`${link(tower)}[data-unread="1"]`);
});

test('of a room of which only mentions are wanted, nothing else is shown as unread', async () => {
  const { page } = ana;
  await choose(page, quay, 'mark-read');
  await page.waitForSelector(`${link(quay)}[data-unread="0"]`);
  await choose(page, quay, 'level', 'level-mentions');
  await writes(bo, quay, 'for everybody');
  await page.waitForSelector(`${link(quay)}[data-unread="1"][data-bold="false"]`);
  await writes(bo, quay, 'for @ana');
  await page.waitForSelector(`${link(quay)}[data-bold="true"] [data-testid="unread"][data-count="1"]`);
});

test('a silenced room is dim, and its mentions are faint; the bell in its header says so', async () => {
  const { page } = ana;
  await choose(page, quay, 'silence', 'silence-tomorrow');
  await page.waitForSelector(`${link(quay)}[data-dim="true"][data-bold="false"] [data-count="1"]`);
  // The one mention of the other room is what the title counts.
  await page.waitForFunction(() => document.title.startsWith('(1) '));
  await page.locator(link(quay)).click();
  await page.waitForSelector('[data-testid="bell"][data-state="silenced"]');
  await press(page, 'bell');
  await press(page, 'unsilence');
  await page.waitForSelector('[data-testid="bell"][data-state="mentions"]');
  await press(page, 'bell');
  const kept = page.waitForResponse((answer) => answer.request().method() === 'PATCH' && answer.ok());
  await press(page, 'level-everything');
  await page.waitForSelector('[data-testid="bell"][data-state="everything"]');
  await kept;
  // It is kept on the server.
  await page.reload();
  await page.waitForSelector('[data-testid="bell"][data-state="everything"]');
});

test('a silence ends by itself', async () => {
  const { page } = ana;
  await page.locator(link(harbour)).click();
  await opened(page, 'harbour');
  await writes(bo, quay, 'while it is silent');
  await choose(page, quay, 'silence', 'silence-hour');
  await page.waitForSelector(`${link(quay)}[data-dim="true"][data-bold="false"]`);
  await page.waitForFunction(() => document.title.startsWith('(1) '));
  await later(page, 3_601_000);
  await page.waitForSelector(`${link(quay)}[data-dim="false"][data-bold="true"]`);
  await page.waitForFunction(() => document.title.startsWith('(2) '));
  // The page has the right time again; and on the server the end passes.
  await page.reload();
  await page.waitForSelector(`${link(quay)}[data-dim="true"]`);
  await run(
    server,
    `update memberships set silenced_until = now() where room_id = ${quay} and user_id = ${ana.id}`,
  );
  await page.reload();
  await page.waitForSelector(`${link(quay)}[data-dim="false"][data-bold="true"]`);
  assert.equal((await ana.api('GET', `rooms/${quay}`)).silenced, false);
  await choose(page, quay, 'mark-read');
});

test('rooms stand in sections of my own, on every device', async () => {
  const { page } = ana;
  await choose(page, quay, 'move', 'move-new');
  await submit(page, 'section-form', { name: 'By the sea' });
  await gone(page, 'section-dialog');
  const [section] = (await ana.api('GET', 'overview')).sections;
  assert.equal(section.name, 'By the sea');
  const group = `section-${section.id}`;
  await page.waitForSelector(`[data-group="${group}"] ${link(quay)}`);
  await choose(page, tower, 'move', `move-${section.id}`);
  await page.waitForSelector(`[data-group="${group}"] ${link(tower)}`);
  assert.deepEqual(await namesIn(page, group), ['quay', 'tower']);

  await press(page, 'section-menu');
  await press(page, 'rename-section');
  await submit(page, 'section-form', { name: 'Harbour side' });
  await gone(page, 'section-dialog');
  await page.reload();
  await page.waitForSelector(`[data-group="${group}"] ${link(quay)}`);
  await page.waitForSelector(`[data-testid="fold-${group}"] ::-p-text(Harbour side)`);
  await page.waitForSelector('[data-testid="connection-state"][data-phase="listening"]');

  // Another device of hers changes it.
  await ana.api('PATCH', `rooms/${tower}/settings`, { favourite: true, section: 0 });
  await page.waitForSelector(`[data-group="favourites"] ${link(tower)}`);

  await press(page, 'section-menu');
  await press(page, 'delete-section');
  await press(page, 'delete-section-submit');
  await gone(page, 'delete-section-dialog');
  await page.waitForSelector(`[data-group="rooms"] ${link(quay)}`);
  assert.deepEqual((await ana.api('GET', 'overview')).sections, []);
});

test('a closed section shows what is unread, and stays closed', async () => {
  const { page } = ana;
  await page.locator(link(harbour)).click();
  await opened(page, 'harbour');
  await choose(page, tower, 'mark-read');
  await press(page, 'fold-rooms');
  await page.waitForFunction((selector) => !document.querySelector(selector), {}, link(quay));
  await writes(bo, quay, 'still there?');
  await page.waitForSelector(link(quay));
  await page.reload();
  await page.waitForSelector('[data-testid="fold-rooms"][aria-expanded="false"]');
  await press(page, 'fold-rooms');
});

test('by keyboard the menu opens where the focus is, and gives it back', async () => {
  const { page } = ana;
  await page.focus(link(quay));
  await page.keyboard.press('ContextMenu');
  // Headless browsers do not make the event of that key.
  await page.$eval(link(quay), (one) =>
    one.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true })),
  );
  await part(page, 'room-popup');
  await takesKeys(page);
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('role')), 'menuitem');
  await page.keyboard.press('End');
  await page.keyboard.press('Escape');
  await gone(page, 'room-popup');
  await page.waitForSelector('[data-testid="room-link"]:focus');
});

test('the page of the unread shows the first lines, and each room or all are marked as read', async () => {
  const { page } = ana;
  await page.locator(link(harbour)).click();
  await opened(page, 'harbour');
  await writes(bo, quay, 'a **bold** word and a ||secret||');
  await writes(bo, tower, 'from the tower for @ana');
  await press(page, 'go-unread');
  await page.waitForSelector('[data-testid="unread-room"] ::-p-text(a bold word and a ▒▒▒)');
  await page.waitForSelector('[data-testid="unread-room"] ::-p-text(from the tower)');
  const [first] = await page.$$eval('[data-testid="unread-room"]', (all) =>
    all.map((one) => one.getAttribute('data-room')),
  );
  assert.equal(first, String(tower), 'what is for me is first');
  await inspect(page, 'unread');
  await ana.api('PUT', `me/blocks/${bo.id}`);
  await page.waitForSelector('[data-testid="unread-room"] ::-p-text(from somebody you blocked)');
  assert.equal(await page.$('[data-testid="unread-room"] ::-p-text(from the tower)'), null);
  await ana.api('DELETE', `me/blocks/${bo.id}`);
  await page.waitForSelector('[data-testid="unread-room"] ::-p-text(from the tower)');
  const { last_number: last } = await bo.api('GET', `rooms/${quay}`);
  await bo.api('PATCH', `rooms/${quay}/messages/${last}`, { body: 'a calmer word' });
  await page.waitForFunction(() => document.body.innerText.includes('a calmer word'));
  await bo.api('DELETE', `rooms/${quay}/messages/${last}`);
  await page.waitForFunction(() => !document.body.innerText.includes('a calmer word'));
  await page.focus('[data-testid="unread-room-link"]');
  await page.keyboard.press('ArrowDown');
  assert.equal(
    await page.evaluate(() => document.activeElement?.closest('section')?.getAttribute('data-room')),
    String(quay),
  );
  await page.locator(`[data-testid="unread-room"][data-room="${tower}"] [data-testid="read-room"]`).click();
  await page.waitForSelector(`${link(tower)}[data-unread="0"]`);
  await press(page, 'read-everything');
  await part(page, 'nothing-unread');
  await page.waitForFunction(() => document.title.startsWith('Ubuntu help'));
  // The page shows it before the server has answered.
  await page.waitForFunction(
    async () =>
      (await (await fetch('/api/v1/me/unread')).json()).rooms.every(
        (/** @type {any} */ one) => one.last_number <= one.read_number,
      ),
    { polling: 100 },
  );
});

test('with hundreds of rooms and long names it stays quick and tidy', async () => {
  const { page } = ana;
  const names = [
    'a very long name of a room that nobody can read in a narrow sidebar at all',
    'قناة الأخبار',
  ];
  for (let n = 0; n < 500; n += 1) {
    const { id } = await ana.api('POST', 'rooms', {
      name: names[n] ?? `room ${n}`,
      kind: n % 7 ? 'public' : 'private',
    });
    rooms.push(id);
  }
  const put = await ana.api('PUT', 'me/sections', {
    sections: [{ name: 'Customers and their many wishes, old' }, { name: 'Empty' }],
  });
  for (const id of rooms.slice(0, 5))
    await ana.api('PATCH', `rooms/${id}/settings`, { section: put.sections[0].id });
  await ana.api('PATCH', `rooms/${rooms[5]}/settings`, { favourite: true });
  await ana.api('PATCH', `rooms/${rooms[1]}/settings`, { silenced_until: 'always' });
  const { id: talk } = await bo.api('POST', 'direct', { user_ids: [ana.id] });
  for (const room of [talk, harbour, quay]) await writes(bo, room, 'hello @ana');
  await page.goto(server.url);
  await page.waitForSelector(`${link(quay)} [data-testid="unread"]`);
  assert.ok((await page.$$('[data-testid="room-link"]')).length >= 503);
  await listensBy(page, 'iframe'); // who is here is told then, and touches rows, too
  await page.waitForSelector(`${link(talk)} [data-state="online"]`);
  // Whoever goes from room to room does not wait for the others to be drawn.
  const drawn = await page.evaluate(
    async ([one, two]) => {
      const rows = [...document.querySelectorAll('[data-testid="room-link"]')];
      const changed = new Set();
      const watch = new MutationObserver((records) => {
        for (const { target } of records) {
          const row = target instanceof Element ? target.closest('[data-testid="room-link"]') : null;
          if (row) changed.add(row.getAttribute('data-room'));
        }
      });
      for (const row of rows) watch.observe(row, { attributes: true, childList: true, subtree: true });
      for (const id of [one, two]) {
        document
          .querySelector(`[data-testid="room-link"][data-room="${id}"]`)
          ?.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      }
      watch.disconnect();
      return changed.size;
    },
    [rooms[10], rooms[11]],
  );
  assert.ok(drawn <= 3, `${drawn} rows were touched`);
  await page.locator(link(rooms[10])).scroll({ scrollTop: 0 });
  await inspect(page, 'sidebar');
  await page.setViewport({ width: 390, height: 844 });
  await press(page, 'back');
  await part(page, 'sidebar');
  await inspect(page, 'sidebar-list');
  await page.locator(link(/** @type {number} */ (rooms[5]))).click({ button: 'right' });
  await part(page, 'room-popup');
  await inspect(page, 'sidebar-menu');
  await page.keyboard.press('Escape');
  await page.setViewport({ width: 1440, height: 900 });
});

test('among hundreds of rooms the keyboard leads to each, and the list shows which one is open', async () => {
  const { page } = ana;
  const far = rooms[450];
  await chord(page, 'Control', 'k');
  await page.waitForSelector('[data-testid="switcher-search"]:focus');
  await page.keyboard.type('room 450');
  await page.waitForSelector('[data-testid="destination"][aria-selected="true"] ::-p-text(room 450)');
  await page.keyboard.press('Enter');
  await opened(page, 'room 450');
  await isInView(page, far);
  const names = await page.$$eval('[data-group="rooms"] .room-name', (all) =>
    all.map((one) => one.textContent ?? ''),
  );
  const at = names.indexOf('room 450');
  await chord(page, 'Alt', 'ArrowDown');
  await opened(page, names[at + 1] ?? '');
  assert.deepEqual(
    ana.problems.filter((one) => !/ERR_/.test(one)),
    [],
  );
});
