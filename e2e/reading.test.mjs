// Reading: the line that one looks at stays where it is, whatever changes around it, and where one was is found again.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { kinds, launch, newTab } from './lib/browser.mjs';
import { listensBy, open, opened, part, press, sees } from './lib/people.mjs';
import { Server } from './lib/server.mjs';
import { flood, speakers } from './lib/speakers.mjs';
import { drawn, steady } from './lib/steady.mjs';

/** @typedef {import('puppeteer-core').Page} Page */
/** @typedef {import('./lib/speakers.mjs').Speaker} Speaker */

/** More messages than a page keeps of a room. */
const COUNT = 420;

const server = new Server();
/** Who owns the workspace, and reads. @type {Speaker} */ let ana;
/** Who writes. @type {Speaker} */ let bo;
/** The room in which much was said. @type {number} */ let general;
/** @type {number} */ let quay;

before(async () => {
  await server.start();
  const { people, room } = await speakers(server.url, 2);
  [ana, bo] = /** @type {[Speaker, Speaker]} */ (people);
  general = room;
  await flood([bo], general, COUNT, line);
  ({ id: quay } = await ana.ask('POST', 'rooms', { name: 'quay', kind: 'public' }));
  await ana.say(quay, 'at the quay');
  await ana.ask('PUT', `rooms/${general}/read`, { number: COUNT });
});

after(() => server.dispose());

/** What is said: short and long lines, and code. @param {number} n */
function line(n) {
  if (n % 6 === 0) return `\`\`\`js\n${`const boat${n} = sail();\n`.repeat(5)}\`\`\``;
  return `${n} ${'and so on, as people say. '.repeat((n * 7) % 11)}`;
}

/** What becomes of the window, one after the other. */
const sizes = /** @type {const} */ ([
  [1440, 700],
  [900, 700],
  [1440, 900],
]);

const timeline = '[data-testid="timeline"]';

/** @param {number} number */
const row = (number) => `${timeline} [data-testid="message"][data-number="${number}"]`;

/** The numbers of the messages that are on the page, and which of them is the uppermost in view. @param {Page} page */
const onPage = (page) =>
  page.$eval(timeline, (scroller) => {
    const { top } = scroller.getBoundingClientRect();
    const rows = [...scroller.querySelectorAll('[data-testid="message"][data-number]')];
    const numbers = rows.map((one) => Number(one.getAttribute('data-number')));
    const seen = rows.findIndex((one) => one.getBoundingClientRect().bottom > top);
    return { numbers, first: Number(numbers[0]), last: Number(numbers.at(-1)), seen: Number(numbers[seen]) };
  });

/** Waits until something holds of the numbers on the page. @param {Page} page @param {'first' | 'last'} which @param {'<' | '>'} than @param {number} number */
const untilNumber = (page, which, than, number) =>
  page.waitForFunction(
    (selector, last, less, limit) => {
      const rows = [...document.querySelectorAll(`${selector} [data-testid="message"][data-number]`)];
      const found = Number(rows.at(last ? -1 : 0)?.getAttribute('data-number'));
      return less ? found < limit : found > limit;
    },
    { polling: 20 },
    timeline,
    which === 'last',
    than === '<',
    number,
  );

/** Where the reader is: a message in view, and how far below the edge it stands. @param {Page} page */
const place = (page) =>
  page.$eval(timeline, (scroller) => {
    const edge = scroller.getBoundingClientRect().top;
    const rows = [...scroller.querySelectorAll('[data-testid="message"][data-number]')];
    const found = rows.find((one) => one.getBoundingClientRect().top >= edge);
    return {
      number: Number(found?.getAttribute('data-number')),
      offset: (found?.getBoundingClientRect().top ?? Number.NaN) - edge,
    };
  });

/** Waits until the reader is at a place again, to the pixel. @param {Page} page @param {{number: number, offset: number}} at */
const isBackAt = (page, { number, offset }) =>
  page
    .waitForFunction(
      (selector, top, wanted) => {
        const edge = document.querySelector(top)?.getBoundingClientRect().top ?? 0;
        const found = document.querySelector(selector)?.getBoundingClientRect().top ?? Number.NaN;
        return Math.abs(found - edge - wanted) <= 1;
      },
      { polling: 50, timeout: 10_000 },
      row(number),
      timeline,
      offset,
    )
    .catch(async (error) => {
      throw new Error(`${number} was ${offset} below the edge; now: ${JSON.stringify(await place(page))}`, {
        cause: error,
      });
    });

/** Waits until the page has an address. @param {Page} page @param {string} path */
const isAt = (page, path) =>
  page.waitForFunction((wanted) => location.pathname === wanted, { polling: 50 }, path);

/** Pixels between the view and the end of the room. @param {Page} page */
const below = (page) =>
  page.$eval(timeline, (scroller) =>
    Math.round(scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight),
  );

/** Reads back: goes so far up, and waits until the page has taken note. @param {Page} page @param {number} by pixels */
async function back(page, by) {
  await page.$eval(
    timeline,
    (scroller, far) => {
      scroller.scrollTop = scroller.scrollHeight - scroller.clientHeight - far;
    },
    by,
  );
  await page.waitForSelector('[data-testid="jump-to-newest"]');
  await drawn(page);
}

/** @param {Page} page */
async function toNewest(page) {
  await page.locator('[data-testid="jump-to-newest"]').click();
  await page.waitForSelector('[data-testid="jump-to-newest"]', { hidden: true });
  await drawn(page);
}

/** Something in the room gets another height, as a picture does that comes late; empty for its own. @param {Page} page @param {string} selector @param {string} height */
const resize = (page, selector, height) =>
  page.evaluate(
    (wanted, now) =>
      new Promise((done) =>
        requestAnimationFrame(() => {
          const found = document.querySelector(wanted);
          if (found instanceof HTMLElement) found.style.height = now;
          done(found);
        }),
      ),
    selector,
    height,
  );

const messages = () => `rooms/${general}/messages`;

for (const kind of kinds) {
  describe(`in ${kind}`, () => {
    /** @type {import('puppeteer-core').Browser} */ let browser;
    /** @type {Page} */ let page;
    /** @type {string[]} */ let problems;

    before(async () => {
      browser = await launch(kind);
      const context = await browser.createBrowserContext();
      await ana.lend(context, '127.0.0.1');
      ({ page, problems } = await newTab(context));
      await page.goto(`${server.url}/rooms/${general}`);
      await listensBy(page, 'iframe');
      await page.waitForSelector(row(COUNT));
    });

    after(() => browser?.close());

    test('the line that is read stays while older messages come above it, and newer ones below', async () => {
      await back(page, 2_000);
      while ((await onPage(page)).first > 100) {
        const { first } = await onPage(page);
        const held = await steady(page, 0);
        await untilNumber(page, 'first', '<', first);
        await stays(held);
      }
      const { last, numbers } = await onPage(page);
      assert.ok(last < COUNT && numbers.length <= 300, `${numbers.length} messages are on the page`);
      const held = await steady(page, 1_000_000);
      await untilNumber(page, 'last', '>', last);
      await stays(held);
      await toNewest(page);
      await page.waitForSelector(row(COUNT));
    });

    test('it stays while messages above it are changed, pinned, reacted to and deleted, and new ones come', async () => {
      await back(page, 1_500);
      const { numbers, seen } = await onPage(page);
      const [a = 0, b = 0, c = 0, d = 0, e = 0] = numbers.slice(numbers.indexOf(seen) - 5);
      const held = await steady(page);
      await bo.ask('PATCH', `${messages()}/${a}`, { body: 'much longer than before\n\n'.repeat(12) });
      await page.waitForSelector(`${row(a)} [data-testid="edited"]`);
      await ana.ask('PUT', `${messages()}/${b}/reactions/${encodeURIComponent('👍')}`);
      await page.waitForSelector(`${row(b)} [data-testid="reaction"]`);
      await bo.ask('DELETE', `${messages()}/${c}`);
      await page.waitForSelector(row(c), { hidden: true });
      await ana.ask('PUT', `${messages()}/${d}/pin`);
      await page.waitForSelector(`${row(d)} [data-testid="pinned-mark"]`);
      await bo.ask('DELETE', `${messages()}/${e}`);
      await page.waitForSelector(row(e), { hidden: true });
      const { number } = await bo.say(general, `said meanwhile, for the one in ${kind}`);
      await page.waitForSelector(row(number));
      await stays(held);
    });

    test('it stays when the one above it that is partly in view is deleted', async () => {
      await back(page, 1_700);
      const { seen } = await onPage(page);
      // So that some of it is above the edge.
      await page.$eval(row(seen), (one) => {
        const scroller = one.closest('[data-testid="timeline"]');
        if (scroller)
          scroller.scrollTop += one.getBoundingClientRect().bottom - scroller.getBoundingClientRect().top - 3;
      });
      await drawn(page);
      const held = await steady(page);
      assert.equal((await onPage(page)).seen, seen);
      await bo.ask('DELETE', `${messages()}/${seen}`);
      await page.waitForSelector(row(seen), { hidden: true });
      await stays(held);
    });

    test('it stays when something above it changes its height, the window its size, and the composer grows', async () => {
      await back(page, 1_500);
      const { numbers, seen } = await onPage(page);
      const code = numbers.slice(0, numbers.indexOf(seen)).findLast((n) => n % 6 === 1) ?? 0;
      const held = await steady(page);
      for (const height of ['500px', '20px', '']) {
        await resize(page, `${row(code)} pre`, height);
        await drawn(page);
      }
      await page.focus('[data-testid="composer"]');
      for (let i = 0; i < 6; i++) await newLine(page);
      await stays(held);
      // What is partly in view stays where it begins, and breaks its lines anew.
      await page.$eval(row((await place(page)).number), (one) => one.scrollIntoView());
      await drawn(page);
      const at = await place(page);
      for (const [width, height] of sizes) {
        await page.setViewport({ width, height });
        await drawn(page);
        await isBackAt(page, at);
      }
      await page.locator('[data-testid="composer"]').fill('');
    });

    test('at the end it stays at the end: what is there grows, new ones come, and the composer and the window change', async () => {
      await toNewest(page);
      assert.equal(await below(page), 0);
      const { last } = await onPage(page);
      await page.focus('[data-testid="composer"]');
      for (let i = 0; i < 8; i++) {
        await newLine(page);
        await drawn(page);
        assert.equal(await below(page), 0, `${i + 2} lines in the composer`);
      }
      await ana.ask('PUT', `${messages()}/${last}/reactions/${encodeURIComponent('👍')}`);
      await page.waitForSelector(`${row(last)} [data-testid="reaction"]`);
      await drawn(page);
      assert.equal(await below(page), 0);
      for (const height of ['400px', '']) {
        await resize(page, `${row(last)} [data-testid="message-body"]`, height);
        await drawn(page);
        assert.equal(await below(page), 0);
      }
      const { number } = await bo.say(general, `${'a long one '.repeat(80)} for the one in ${kind}`);
      await page.waitForSelector(row(number));
      await drawn(page);
      assert.equal(await below(page), 0);
      for (const [width, height] of sizes) {
        await page.setViewport({ width, height });
        await drawn(page);
        assert.equal(await below(page), 0);
      }
      await page.locator('[data-testid="composer"]').fill('');
    });

    test('each room is found where it was left, by the sidebar and by the back button', async () => {
      await back(page, 3_000);
      const at = await place(page);
      await open(page, 'quay');
      await sees(page, 'at the quay');
      await isAt(page, `/rooms/${quay}`);
      await open(page, 'general');
      await isBackAt(page, at);
      await isAt(page, `/rooms/${general}`);
      await page.evaluate(() => history.back());
      await opened(page, 'quay');
      await page.evaluate(() => history.back());
      await opened(page, 'general');
      await isBackAt(page, at);
      await page.evaluate(() => history.forward());
      await opened(page, 'quay');
      await isAt(page, `/rooms/${quay}`);
    });

    test('without an address the room that was open last opens, and a name that leads nowhere says so', async () => {
      await page.goto(server.url);
      await opened(page, 'quay');
      await isAt(page, `/rooms/${quay}`);
      await open(page, 'general');
      await page.goto(server.url);
      await opened(page, 'general');
      await page.goto(`${server.url}/rooms/999999`);
      await part(page, 'room-unknown');
      await press(page, 'go-home');
      await opened(page, 'general');
      await page.goto(`${server.url}/no/such/page`);
      await page.locator('a::-p-text(Go to your rooms)').click();
      await opened(page, 'general');
    });

    test('a reload leads to where one was, once', async () => {
      await page.waitForSelector(row(COUNT));
      await back(page, 6_000);
      await page.waitForFunction(
        (selector) => (document.querySelector(selector)?.scrollTop ?? 0) > 1_500,
        { polling: 50 },
        timeline,
      );
      const at = await place(page);
      await page.reload();
      await isBackAt(page, at);
      await toNewest(page);
      await open(page, 'quay');
      await page.evaluate(() => history.back());
      await opened(page, 'general');
      await page.waitForSelector(`${timeline}[data-state="ready"]`);
      await drawn(page);
      assert.equal(await below(page), 0);
      await page.reload();
      await page.waitForSelector(row(COUNT));
      await drawn(page);
      assert.equal(await below(page), 0);
      assert.deepEqual(problems, []);
    });
  });
}

/** Wants the line that is read to stand where it stood: what a browser rounds may add up to a pixel or two. @param {() => Promise<number>} held */
async function stays(held) {
  const moved = await held();
  assert.ok(moved < 3, `it moved by ${moved} pixels`);
}

/** @param {Page} page */
async function newLine(page) {
  await page.keyboard.down('Shift');
  await page.keyboard.press('Enter');
  await page.keyboard.up('Shift');
}
