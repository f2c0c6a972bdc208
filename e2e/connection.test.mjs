// The connection check tells in plain words what stands between a browser and the server.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { after, before, describe, test } from 'node:test';
import { launchChromium, newPerson } from './lib/browser.mjs';
import { inspect } from './lib/looks.mjs';
import { hasParts } from './lib/parts.mjs';
import { close, listensBy, part, press, setUp, settings, shows } from './lib/people.mjs';
import { Server } from './lib/server.mjs';

/** @typedef {import('puppeteer-core').Page} Page */

const server = new Server();
// One that is lost while the other is checked.
const lost = new Server();
/** @type {import('puppeteer-core').Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof newPerson>>} */
let ana;
/** @type {Awaited<ReturnType<typeof newPerson>>} */
let visitor;
/** @type {Awaited<ReturnType<typeof newPerson>>} */
let deserted;

before(async () => {
  await Promise.all([server.start(), lost.start()]);
  browser = await launchChromium(['--host-resolver-rules=MAP chat.lan 127.0.0.1']);
  ana = await newPerson(browser);
  await setUp(ana.page, server.url, { name: 'ana' });
  deserted = await newPerson(browser);
  await setUp(deserted.page, lost.url, { name: 'ana' });
  visitor = await newPerson(browser);
});

after(async () => {
  await browser?.close();
  await Promise.all([server.dispose(), lost.dispose()]);
});

/**
 * A hop that passes requests on to chatd and spoils the answers: it keeps them until they are whole, or cuts those that
 * are silent for some milliseconds.
 * @param {import('node:test').TestContext} t @param {{holds?: boolean, cuts?: number}} faults
 * @returns {Promise<string>} its address
 */
async function between(t, { holds = false, cuts = 0 }) {
  const { hostname, port } = new URL(server.url);
  const hop = http.createServer((request, response) => {
    const { method, url: path, headers } = request;
    const passed = http.request({ hostname, port, method, path, headers, agent: false }, (answer) => {
      answer.on('error', () => response.destroy());
      if (cuts > 0) answer.setTimeout(cuts, () => response.destroy());
      if (holds) return keep(answer, response);
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    response.on('close', () => passed.destroy());
    request.pipe(passed);
  });
  hop.listen(0, '127.0.0.1');
  await once(hop, 'listening');
  t.after(() => {
    hop.close();
    hop.closeAllConnections();
  });
  const address = hop.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}

/** @param {http.IncomingMessage} answer @param {http.ServerResponse} response */
function keep(answer, response) {
  /** @type {Buffer[]} */
  const held = [];
  answer.on('data', (chunk) => held.push(chunk));
  answer.on('end', () => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    response.end(Buffer.concat(held));
  });
}

/** Waits until a step of the check is over, and tells its state. @param {Page} page @param {string} step */
async function judged(page, step, timeout = 60_000) {
  const shown = await page.waitForSelector(
    `[data-testid="check-${step}"]:is([data-state="good"], [data-state="note"], [data-state="bad"])`,
    { timeout },
  );
  return shown?.evaluate((e) => e.getAttribute('data-state'));
}

/** What a step says. @param {Page} page @param {string} step */
const says = (page, step) => page.$eval(`[data-testid="check-${step}"]`, (e) => e.textContent ?? '');

const steps = ['reach', 'version', 'proxy', 'address', 'first', 'buffering', 'silence', 'browser'];

/** Whether no step has found anything. @param {Page} page */
async function isAllGood(page) {
  for (const step of steps) if ((await judged(page, step)) !== 'good') return false;
  return true;
}

// Side by side, as they mostly wait: silence is measured for half a minute.
describe('with what is in the way', { concurrency: true }, () => {
  test('a visitor finds that nothing is in the way', async () => {
    const { page } = visitor;
    await page.goto(`${server.url}/sign-in`);
    await press(page, 'to-connection-check');
    await shows(page, 'check-summary', /^Checking/);
    await judged(page, 'silence');
    // A machine that stands still is in the way itself, once; what is always in the way is found again.
    for (let again = 0; again < 2 && !(await isAllGood(page)); again += 1) {
      await press(page, 'run-again');
      await page.waitForSelector('[data-testid="check-silence"][data-state="running"]');
      await judged(page, 'silence');
    }
    for (const step of steps) assert.equal(await judged(page, step), 'good', await says(page, step));
    await shows(page, 'check-summary', /^Everything works\.$/);
    assert.match(await says(page, 'reach'), /answers in \d+ ms/);
    assert.match(await says(page, 'version'), /speak HTTP\/1\.1/);
    assert.match(
      await says(page, 'proxy'),
      /No proxy has shown itself\. To chatd you come from 127\.0\.0\.1/,
    );
    assert.match(await says(page, 'silence'), /silent for 30 seconds stays open/);
    assert.match(await says(page, 'use'), /not signed in/);
    await inspect(page, 'connection-good');
  });

  test('the settings tell what is in use, and through a hop that holds answers back, that it is long-polling', async (t) => {
    const { page, problems } = ana;
    await settings(page, 'connection');
    await press(page, 'check');
    await judged(page, 'buffering');
    await shows(page, 'check-summary', /^Everything works\. Messages come over a stream\.$/);
    await press(page, 'stop-silence');
    assert.match(await says(page, 'silence'), /You ended this measurement/);
    await close(page);

    const url = await between(t, { holds: true });
    await page.goto(url);
    await listensBy(page, 'long-poll');
    await settings(page, 'connection');
    await press(page, 'check');
    assert.equal(await judged(page, 'buffering'), 'note');
    assert.match(
      await says(page, 'buffering'),
      /holds answers back: lines came up to ([5-9]|\d\d)(\.\d)? s late/,
    );
    assert.match(await says(page, 'first'), /after ([5-9]|\d\d)(\.\d)? s/);
    assert.match(await says(page, 'use'), /long-polling/);
    await shows(
      page,
      'check-summary',
      /holds answers back\. chatd uses long-polling, which is not affected\.$/,
    );
    await press(page, 'stop-silence');
    await inspect(page, 'settings-connection-held');
    assert.deepEqual(problems, []);
  });

  test('a hop that cuts silence after 8 seconds is found, with that figure', async (t) => {
    const { page, context, problems } = await newPerson(browser);
    await page.goto(`${await between(t, { cuts: 8_000 })}/connection`);
    assert.equal(await judged(page, 'silence'), 'bad');
    assert.match(await says(page, 'silence'), /cut off after about ([89]|1\d) seconds\./);
    assert.equal(await judged(page, 'buffering'), 'good');
    await shows(page, 'check-summary', /cuts off silent connections early/);
    await inspect(page, 'connection-cut');
    assert.deepEqual(problems, []);
    await context.close();
  });

  test('over plain HTTP it works, and the result can be copied by hand', async () => {
    const { page, context, problems } = await newPerson(browser);
    await page.goto(`http://chat.lan:${new URL(server.url).port}/connection`);
    await judged(page, 'buffering');
    assert.equal(await judged(page, 'browser'), 'note');
    assert.match(await says(page, 'browser'), /plain HTTP/);
    await press(page, 'stop-silence');
    await press(page, 'copy-result');
    await shows(page, 'copy-said', /copy it with your keyboard/);
    const selected = await page.$eval('[data-testid="check-result"]', (e) =>
      e instanceof HTMLTextAreaElement ? e.value.slice(e.selectionStart, e.selectionEnd) : '',
    );
    assert.match(selected, /^Connection check of http:\/\/chat\.lan:/);
    assert.deepEqual(problems, []);
    await context.close();
  });

  test('whoever has lost the connection is led to the check', async () => {
    const { page, context } = deserted;
    await hasParts(page, ['settings-dialog']);
    await lost.kill();
    await page.waitForSelector('[data-testid="banner-check"]', { timeout: 30_000 });
    await press(page, 'banner-check');
    await part(page, 'section-connection');
    await press(page, 'check');
    await shows(page, 'check-summary', /^The server cannot be reached/);
    await context.close();
  });
});

test('what the visitor has found is copied, and the way leads back', async () => {
  const { page, context, problems } = visitor;
  await page.bringToFront();
  await context.overridePermissions(server.url, ['clipboard-read', 'clipboard-sanitized-write']);
  await press(page, 'copy-result');
  await shows(page, 'copy-said', /copied/);
  const text = await page.evaluate('navigator.clipboard.readText()').then(String);
  assert.match(
    text,
    /^Connection check of http:.*\nEverything works\.\n\n\[Good\] Server reached: The server answers/,
  );
  assert.ok(text.includes('\n[Good] Silence: ') && text.includes('Chrome'), text);

  await press(page, 'leave-check');
  await part(page, 'sign-in-form');
  assert.deepEqual(problems, []);
  await context.close();
});

test('a server that stops does not wait for checks, which then say that it cannot be reached', async () => {
  const { page, context } = await newPerson(browser);
  await page.goto(`${server.url}/connection`);
  await judged(page, 'buffering');
  await page.waitForSelector('[data-testid="check-silence"][data-state="running"]');
  const begin = Date.now();
  await server.stop();
  const took = Date.now() - begin;
  assert.ok(took < 15_000, `it took ${took} ms to stop`);
  await shows(page, 'check-silence', /The server is stopping/);
  await press(page, 'run-again');
  await shows(page, 'check-summary', /^The server cannot be reached\. Check that this device has a network/);
  assert.match(await says(page, 'silence'), /Not checked, because the server was not reached/);
  await inspect(page, 'connection-unreachable');
  await server.start();
  await press(page, 'run-again');
  await judged(page, 'buffering');
  await shows(page, 'check-summary', /^Everything works\.$/);
  await context.close();
});
