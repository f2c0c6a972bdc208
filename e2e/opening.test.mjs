// A room that is opened: what fills the view is drawn first and the rest afterwards, and what one sees stays where it is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kinds, launch, newTab } from './lib/browser.mjs';
import { listensBy, part } from './lib/people.mjs';
import { Server } from './lib/server.mjs';
import { speakers } from './lib/speakers.mjs';

/** So many messages are a page of the history. */
const page = 60;

for (const kind of kinds) {
  test(`${kind}: nothing moves when the rest of a room is drawn`, async (t) => {
    const server = await new Server().start();
    t.after(() => server.dispose());
    const { people, room } = await speakers(server.url, 2);
    const [ana, bo] = people;
    assert.ok(ana && bo);
    const read = (await ana.ask('POST', 'rooms', { name: 'read', kind: 'public' })).id;
    for (let n = 1; n <= page; n++) await ana.say(read, `line ${n}`);
    await ana.ask('PUT', `rooms/${read}/read`, { number: page });
    // Half of it has been read.
    for (let n = 1; n <= 2 * page; n++) await (n % 2 ? ana : bo).say(room, `line ${n}`);
    await ana.ask('PUT', `rooms/${room}/read`, { number: page });

    const browser = await launch(kind);
    t.after(() => browser.close());
    const context = await browser.createBrowserContext();
    await ana.lend(context, '127.0.0.1');
    const tab = await newTab(context);
    await tab.page.goto(`${server.url}/saved`);
    await listensBy(tab.page, 'iframe');
    const atTheEnd = await watched(tab.page, read, `[data-number="${page}"]`);
    const atTheUnread = await watched(tab.page, room, '.unread-line');
    for (const { rows, places } of [atTheEnd, atTheUnread]) {
      assert.ok((rows[0] ?? page) < page, `at first ${rows[0]} rows are drawn`);
      assert.ok(Math.max(...places) - Math.min(...places) < 1, `it stood at ${places.join()}`);
    }
    assert.equal(atTheEnd.rows.at(-1), page);
    await part(tab.page, 'jump-to-newest');
    assert.deepEqual(tab.problems, []);
  });
}

/**
 * Opens a room and looks at what is drawn until all of the page is there: how many messages there are each time, and where
 * something stands.
 * @param {import('puppeteer-core').Page} tab @param {number} room @param {string} what
 * @returns {Promise<{rows: number[], places: number[]}>}
 */
function watched(tab, room, what) {
  return tab.evaluate(
    (room, what, page) =>
      new Promise((resolve) => {
        /** @type {number[]} */
        const rows = [];
        /** @type {number[]} */
        const places = [];
        const look = () => {
          const list = document.querySelector(`[data-testid="timeline"][data-room="${room}"]`);
          const seen = list?.querySelector(what)?.getBoundingClientRect().top;
          if (!list || seen === undefined) return;
          rows.push(list.querySelectorAll('[data-testid="message"]').length);
          places.push(seen);
        };
        // What is drawn is looked at before anything else is, and in each picture.
        const drawn = new MutationObserver(look);
        drawn.observe(document.body, { childList: true, subtree: true });
        let pictures = 0;
        const picture = () => {
          look();
          if ((rows.at(-1) ?? 0) >= page) pictures++;
          if (pictures < 5) requestAnimationFrame(picture);
          else {
            drawn.disconnect();
            resolve({ rows, places });
          }
        };
        requestAnimationFrame(picture);
        document
          .querySelector(`[data-testid="room-link"][data-room="${room}"]`)
          ?.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
      }),
    room,
    what,
    page,
  );
}
