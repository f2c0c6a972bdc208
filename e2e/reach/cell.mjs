// One conversation through one intermediary, in one browser and one mode.
import assert from 'node:assert/strict';
import { newTab } from '../lib/browser.mjs';
import { compare, numbered } from '../lib/compare.mjs';
import { asShown, lines, literally } from '../lib/conversation.mjs';
import { choose, listensBy, part, password, say, sees, settings, transcript } from '../lib/people.mjs';
import { chatParts, hasParts } from '../lib/parts.mjs';
import { stored } from '../lib/postgres.mjs';
import { Follower } from './follower.mjs';
import { notes, watch } from './watch.mjs';

/** @typedef {import('puppeteer-core').Page} Page */
/** @typedef {'stream' | 'long-poll'} Mode */

/** @type {Mode[]} */
export const modes = ['stream', 'long-poll'];

/** Lines of a burst: many from the other side, so that they can overtake each other on their way. */
const burst = { mine: 3, theirs: 5 };
/** How many bursts there are at least, and at most: together they are fewer lines than the page keeps on the screen (300). */
const bursts = 5;
const mostBursts = 36;
/** Milliseconds that a line may take where connections are cut. */
const patience = 60_000;
/**
 * Milliseconds within which a page must listen, also where it first has to notice that streams are held back: 3 s, once more
 * 3 s, and as long again for a busy machine.
 */
const noticing = 12_000;

/**
 * What a browser says of a response whose head was cut: it reads what is left as if it were whole, so half a word of a header
 * is a word that it does not know. Violations of a policy read otherwise.
 */
const halfHead =
  /^console: (Unrecognized Content-Security-Policy directive|The source list for the Content Security Policy directive|Error with Permissions-Policy header|Invalid 'X-Frame-Options'|Failed to set referrer policy)/;

const obstacles = { 'held back': /was held back/, 'cut off': /were cut off/, silent: /fell silent/ };

/**
 * What a cell shows. Times are milliseconds, of `listening` (by the transport that was used in the end) and `first` since the
 * page was opened; `slowest` is how long a burst took to be everywhere, at worst.
 * @typedef {{protocol: string, detected: string, used: string, listening: number, first: number, lost: number,
 *   repeated: number, reordered: number, done: string, slowest: number}} Result
 */

/**
 * @typedef {{intermediary: import('./intermediaries.mjs').Intermediary, passage: import('./intermediaries.mjs').Passage,
 *   browser: import('puppeteer-core').Browser, kind: import('../lib/browser.mjs').Kind, mode: Mode,
 *   world: import('./world.mjs').World, person: import('./world.mjs').Person}} Where
 */

/** @param {Where} where @returns {Promise<Result>} */
export async function converse(where) {
  const { intermediary, passage, browser, kind, mode, world, person } = where;
  const owner = await world.room(`${intermediary.title} ${kind} ${mode}`, person);
  const follower = await Follower.open(owner);
  const context = await browser.createBrowserContext(passage.proxy ? { proxyServer: passage.proxy } : {});
  const { page, problems } = await newTab(context);
  try {
    await arrive(page, passage.url, person.name, intermediary.secure ?? false);
    await enter(page, `${passage.url}/rooms/${owner.room.id}`, mode);
    const trouble = passage.begin();
    await owner.say('Hello');
    await sees(page, 'Hello', patience);
    await listens(page, where);
    const { mine, theirs, slowest } = await talk(page, owner, follower, passage.enough ?? (() => true));
    const done = trouble();
    const said = { [person.name]: mine, ana: ['Hello', ...theirs] };
    const shown = { screen: await transcript(page), notes: await notes(page), other: follower.lines };
    const faults = compare(places(await stored(world.server, owner.room.id), said, shown));
    const result = { ...(await measured(page, shown.notes)), ...counts(faults), done, slowest };
    judge(where, result);
    assert.deepEqual(faults, { lost: [], repeated: [], reordered: [] });
    assert.deepEqual(
      problems.filter((problem) => !(intermediary.halves && halfHead.test(problem))),
      [],
    );
    return result;
  } catch (error) {
    const state = await page.evaluate('JSON.stringify(window.reach?.states)').catch(String);
    throw new Error([error, `states: ${state}`, ...problems, passage.told?.() ?? ''].join('\n'), {
      cause: error,
    });
  } finally {
    follower.close();
    await context.close();
  }
}

/**
 * Signs somebody in, through the intermediary, as the page does it.
 * @param {Page} page @param {string} url @param {string} login @param {boolean} secure
 */
async function arrive(page, url, login, secure) {
  await page.goto(`${url}/sign-in`);
  await part(page, 'sign-in-form');
  const status = await page.evaluate(async (body) => {
    const headers = { 'Content-Type': 'application/json' };
    return (await fetch('/api/v1/sign-in', { method: 'POST', headers, body })).status;
  }, JSON.stringify({ login, password }));
  assert.equal(status, 200, 'the sign-in');
  const cookie = (await page.browserContext().cookies()).find((one) => one.name.endsWith('chatd_session'));
  assert.ok(cookie?.httpOnly);
  assert.equal(cookie.name, secure ? '__Host-chatd_session' : 'chatd_session');
  assert.equal(cookie.secure, secure);
}

/** Opens the room so that it can be measured. @param {Page} page @param {string} address @param {Mode} mode */
async function enter(page, address, mode) {
  if (mode === 'long-poll') {
    await page.goto(address);
    await choose(page, mode);
  }
  await page.evaluateOnNewDocument(watch);
  await page.goto(address);
  await part(page, 'composer');
  // The page has all its parts when the trouble begins: what is measured is the chat.
  await hasParts(page, chatParts, patience);
}

/**
 * Both say several lines at the same time, one right after the other, and go on when both have everything.
 * @param {Page} page @param {import('../lib/owner.mjs').Owner} owner @param {Follower} follower @param {() => boolean} enough
 */
async function talk(page, owner, follower, enough) {
  const count = burst.mine + burst.theirs;
  const texts = lines(count * mostBursts).map((text, n) => `${n} ${text}`);
  /** @type {string[]} */
  const mine = [];
  /** @type {string[]} */
  const theirs = [];
  let slowest = 0;
  for (let n = 0; n < bursts || !enough(); n += 1) {
    assert.ok(n < mostBursts, 'nothing stood in the way');
    const begun = performance.now();
    const now = texts.slice(count * n, count * (n + 1));
    const written = now.map(literally);
    const [a, b] = [written.slice(0, burst.mine), written.slice(burst.mine)];
    mine.push(...a);
    theirs.push(...b);
    await Promise.all([each(a, (text) => say(page, text)), each(b, (text) => owner.say(text))]);
    await Promise.all([
      ...now.map((text) => sees(page, text, patience)),
      ...written.map((text) => follower.hears(text, patience)),
    ]);
    slowest = Math.max(slowest, performance.now() - begun);
  }
  return { mine, theirs, slowest };
}

/** Says lines in their order, whether or not anybody has seen the one before. @param {string[]} texts @param {(text: string) => Promise<unknown>} speak */
async function each(texts, speak) {
  for (const text of texts) await speak(text);
}

/** What a page must listen by in the end, if that is certain. @param {Where} where */
function expected({ intermediary, mode }) {
  if (mode === 'long-poll' || intermediary.holds) return 'long-poll';
  return intermediary.unsteady ? null : 'iframe';
}

/** Waits until the page listens as it must. @param {Page} page @param {Where} where */
function listens(page, where) {
  const transport = expected(where);
  if (transport) return listensBy(page, transport, patience);
  return page.waitForSelector('[data-testid="connection-state"][data-phase="listening"]', {
    timeout: patience,
  });
}

/**
 * Who was to see which lines, and what they saw.
 * @param {(import('../lib/compare.mjs').Line & {author: string})[]} kept in the database @param {Record<string, string[]>} said by author
 * @param {{screen: import('../lib/compare.mjs').Line[], notes: import('./watch.mjs').Notes, other: import('../lib/compare.mjs').Line[]}} shown
 */
function places(kept, said, { screen, notes, other }) {
  const of = (/** @type {string} */ author) => kept.filter((line) => line.author === author);
  const theirs = of('ana');
  const own = kept.filter((line) => line.author !== 'ana');
  const numbers = new Set(own.map(({ number }) => number));
  const all = kept.map(numbered);
  const visible = (/** @type {typeof kept} */ some) =>
    some.map(({ number, text }) => numbered({ number, text: asShown(text) }));
  return [
    ...Object.entries(said).map(([author, wanted]) => ({
      where: `stored of ${author}`,
      wanted,
      found: of(author).map(({ text }) => text),
    })),
    { where: 'on the screen', wanted: visible(kept), found: screen.map(numbered) },
    { where: 'at the other end', wanted: all, found: other.map(numbered) },
    // An own line gets its number from the answer to its request, which may be here before earlier lines of others.
    {
      where: 'coming onto the screen',
      wanted: visible(theirs),
      found: notes.lines.filter(({ number }) => !numbers.has(number)).map(numbered),
    },
    {
      where: 'getting its number on the screen',
      wanted: visible(own),
      found: notes.lines.filter(({ number }) => numbers.has(number)).map(numbered),
    },
  ];
}

/**
 * What was spoken where an answer has come. Nothing was where a cache had it; and where a status line was cut, browsers take
 * "HTTP/1." for HTTP/1.0: there is no body then.
 * @param {Page} page @returns {Promise<string[]>}
 */
function protocols(page) {
  return page.evaluate(() => {
    const requests = ['navigation', 'resource'].flatMap((type) => performance.getEntriesByType(type));
    const answered = requests.map((one) => one.toJSON()).filter((one) => one.encodedBodySize > 0);
    const spoken = answered.map((one) => String(one.nextHopProtocol));
    return [...new Set(spoken.filter(Boolean))];
  });
}

/** @param {Page} page @param {import('./watch.mjs').Notes} notes */
async function measured(page, notes) {
  const spoken = await protocols(page);
  await settings(page, 'connection');
  const found = await page.$eval('[data-testid="fact-found"]', (fact) => fact.textContent ?? '');
  const [detected] = Object.entries(obstacles).find(([, words]) => words.test(found)) ?? ['–'];
  const listening = notes.states.filter(({ phase }) => phase === 'listening');
  const used = listening.at(-1)?.transport ?? '';
  return {
    protocol: spoken.join(),
    detected,
    used,
    listening: listening.find(({ transport }) => transport === used)?.at ?? Number.NaN,
    first: notes.lines[0]?.at ?? Number.NaN,
  };
}

/** @param {import('../lib/compare.mjs').Faults} faults */
const counts = ({ lost, repeated, reordered }) => ({
  lost: lost.length,
  repeated: repeated.length,
  reordered: reordered.length,
});

/** Whether the page found out what it had to. @param {Where} where @param {Omit<Result, 'lost'>} result */
function judge(where, { protocol, detected, used, listening }) {
  const { intermediary, mode } = where;
  assert.equal(protocol, intermediary.protocol, 'the protocol that the browser spoke');
  const transport = expected(where);
  if (transport) assert.equal(used, transport, 'the transport');
  if (intermediary.unsteady) return;
  assert.equal(detected, intermediary.holds && mode === 'stream' ? 'held back' : '–', 'what was detected');
  assert.ok(listening <= noticing, `the page listened after ${Math.round(listening)} ms`);
}
