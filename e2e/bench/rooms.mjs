// How long it takes from a key to a room's content: opening rooms and going from one to the other, a room of 100,000 messages
// among them. Prints medians of 50. BENCH_MESSAGES: another number of messages in the large room.
import { launchChromium, newTab } from '../lib/browser.mjs';
import { lines, literally } from '../lib/conversation.mjs';
import { listensBy, part } from '../lib/people.mjs';
import { Server } from '../lib/server.mjs';
import { flood, speakers } from '../lib/speakers.mjs';

const times = 50;
const large = Number(process.env.BENCH_MESSAGES ?? 100_000);
const texts = lines(2_000).map(literally);
const line = (/** @type {number} */ n) => `${n} ${texts[n % texts.length]}`;

const server = await new Server().start();
const browser = await launchChromium();
try {
  const { people, room } = await speakers(server.url, 8);
  const [ana] = people;
  if (!ana) throw new Error('nobody is there');
  const rooms = [room];
  for (const name of ['small', 'middle', 'other'])
    rooms.push((await ana.ask('POST', 'rooms', { name, kind: 'public' })).id);
  const [big = 0, small = 0, middle = 0, other = 0] = rooms;
  for (const [id, count] of /** @type {const} */ ([
    [small, 10],
    [middle, 200],
    [other, 200],
  ]))
    await flood([ana], id, count, line);
  await flood(people, big, large, line, 64);

  const context = await browser.createBrowserContext();
  await ana.lend(context, '127.0.0.1');
  const { page } = await newTab(context);
  await page.goto(`${server.url}/rooms/${small}`);
  await listensBy(page, 'iframe');
  console.log(`chatd, Chromium, ${times} times each: median (slowest) in ms`);
  tell('room of 10, loaded before', await switched(page, [small, middle]));
  tell(`room of ${large}, loaded before`, await switched(page, [big, small]));
  tell('room of 200, seen for the first time since the page was opened', await afresh(page, other, middle));
  tell(`room of ${large}, seen for the first time since the page was opened`, await afresh(page, big, middle));
  tell(`page with a room of ${large}, from its address to its content`, await opened(page, big));
} finally {
  await browser.close();
  await server.dispose();
}

/** @param {string} what @param {number[]} took */
function tell(what, took) {
  const sorted = took.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  console.log(`  ${what}: ${median.toFixed(0)} (${(sorted.at(-1) ?? 0).toFixed(0)})`);
}

/**
 * Goes to a room by a key, on its link in the sidebar, and waits until the browser has painted its newest message.
 * @param {import('puppeteer-core').Page} page @param {number} room @returns {Promise<number>} milliseconds
 */
async function go(page, room) {
  await page.focus(`[data-testid="room-link"][data-room="${room}"]`);
  await page.evaluate((room) => {
    const done = new Promise((resolve) => {
      addEventListener(
        'keydown',
        (event) => {
          const begun = event.timeStamp;
          const look = () => {
            const there =
              location.pathname.endsWith(`/rooms/${room}`) &&
              document.querySelector(`[data-testid="timeline"][data-room="${room}"] [data-testid="message"]`);
            // Two frames: what the first one draws is on the screen when the second begins.
            if (there) requestAnimationFrame(() => requestAnimationFrame((now) => resolve(now - begun)));
            else requestAnimationFrame(look);
          };
          look();
        },
        { once: true, capture: true },
      );
    });
    Object.assign(window, { went: done });
  }, room);
  await page.keyboard.press('Enter');
  return /** @type {Promise<number>} */ (page.evaluate('went'));
}

/** @param {import('puppeteer-core').Page} page @param {[number, number]} rooms */
async function switched(page, [one, two]) {
  const took = [];
  await go(page, one);
  for (let n = 0; n < times; n += 1) {
    await go(page, two);
    took.push(await go(page, one));
  }
  return took;
}

/** @param {import('puppeteer-core').Page} page @param {number} room @param {number} from where the page is opened */
async function afresh(page, room, from) {
  const took = [];
  for (let n = 0; n < times; n += 1) {
    await page.goto(`${server.url}/rooms/${from}`);
    await listensBy(page, 'iframe');
    took.push(await go(page, room));
  }
  return took;
}

/** @param {import('puppeteer-core').Page} page @param {number} room */
async function opened(page, room) {
  const took = [];
  for (let n = 0; n < times; n += 1) {
    const begun = performance.now();
    await page.goto(`${server.url}/rooms/${room}`, { waitUntil: 'domcontentloaded' });
    await part(page, 'message');
    took.push(performance.now() - begun);
  }
  return took;
}
