// The live prices of docs/examples/quotes, for real: the page, its script and the proxies as its README shows them.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { launchChromium, newPerson, newTab, picture } from './lib/browser.mjs';
import { setUp } from './lib/people.mjs';
import { caddyWith, freePort, nginx } from './lib/proxies.mjs';
import { Server } from './lib/server.mjs';

/** @typedef {import('puppeteer-core').Page} Page */

const name = 'chat.example.org';
const site = `https://${name}`;
const example = fileURLToPath(new URL('../docs/examples/quotes', import.meta.url));
const count = 60;

/** A block of the README, with the folder as it is here. @param {string} language */
function block(language) {
  const readme = fs.readFileSync(path.join(example, 'README.md'), 'utf8');
  const found = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(readme)?.[1];
  if (!found?.includes('/srv/quotes')) throw new Error(`the README does not serve the folder by ${language}`);
  return found.replaceAll('/srv/quotes', example);
}

const throughCaddy = (/** @type {number} */ upstream) => caddyWith(block('caddyfile'), upstream);

// Inside the location of chatd instead of beside it, and with the two types that Debian's nginx knows by itself.
const throughNginx = (/** @type {number} */ upstream) =>
  nginx(upstream, `types { text/html html; text/javascript js; }\n${block('nginx')}`);

test('a page beside chatd shows what a program publishes, through Caddy', { timeout: 300_000 }, async (t) => {
  const { server, proxy, browser, ana, room, token, address } = await beside(t, throughCaddy);
  const opened = async () => {
    const tab = await newTab(ana.context);
    await record(tab.page);
    return tab;
  };

  await t.test('with a sentence and a way for those who are not signed in', async () => {
    const { page, problems } = await newPerson(browser);
    await page.goto(address);
    await page.waitForSelector('#way-out:not([hidden])');
    assert.match(await text(page, '#state'), /^You .*\.$/);
    await page.locator('#way-out a').click();
    await page.waitForFunction(() => location.pathname === '/sign-in');
    assert.deepEqual(problems, []);
  });

  await t.test('each price once and in order, also when chatd is killed in the middle', async () => {
    const { page, problems } = await opened();
    await page.goto(address);
    await live(page);
    const publishing = publish(proxy, [`${site}/`, room, String(count), '0.1'], token);
    await page.waitForFunction((some) => /** @type {any} */ (window).shown.length >= some, {}, count / 3);
    await server.kill();
    const before = await shown(page);
    await server.start();
    await publishing;
    const said = await messages(page, room);
    await upTo(page, said);
    await live(page);
    assert.ok(before.length < count, 'it was killed in the middle');
    assert.equal(said.length, count);
    assert.deepEqual(await shown(page), said);
    assert.deepEqual(await rows(page), said.slice(-3));
    await picture(page, 'quotes-Caddy');
    assert.deepEqual(problems, []);
    await page.close();
  });

  await t.test('the prices of a backup after it was restored, and each that follows', async () => {
    const { page, problems } = await opened();
    await page.goto(address);
    await live(page);
    const archive = path.join(proxy.folder, 'backup.chatd');
    await server.command('backup', archive);
    const kept = await messages(page, room);
    await publish(proxy, [site, room, '6', '0'], token);
    await upTo(page, await messages(page, room));
    await server.stop();
    await server.command('restore', '--force', archive);
    await server.start();
    await page.waitForFunction(
      (known) => /** @type {any} */ (window).shown.length >= known,
      { timeout: 60_000 },
      2 * kept.length + 6,
    );
    await live(page);
    assert.deepEqual(await rows(page), kept.slice(-3));
    await publish(proxy, [site, room, '3', '0'], token);
    const said = await messages(page, room);
    await upTo(page, said);
    assert.deepEqual(await shown(page), [...(await shown(page)).slice(0, kept.length + 6), ...said]);
    assert.deepEqual(problems, []);
    await page.close();
  });

  await t.test('and its script says why it cannot publish', async () => {
    await assert.rejects(
      publish(proxy, [site, room, '1'], 'wrong'),
      /The price was refused: .*access token.*\n 401/,
    );
    await assert.rejects(publish(proxy, [site], token), /Usage: .*Access tokens/);
  });
});

test('a page beside chatd shows the latest prices and those that follow, through nginx', {
  timeout: 300_000,
}, async (t) => {
  const { proxy, ana, room, token, address } = await beside(t, throughNginx);
  await publish(proxy, [site, room, '4', '0'], token);
  const { page, problems } = await newTab(ana.context);
  await record(page);
  await page.setRequestInterception(true);
  let refusals = 2;
  page.on('request', (request) => {
    const refused = request.url().includes('/messages?') && refusals-- > 0;
    void (refused ? request.abort() : request.continue());
  });
  const policy = (await page.goto(address))?.headers()['content-security-policy'];
  assert.equal(policy, /Content-Security-Policy "(.*)"/.exec(block('caddyfile'))?.[1]);
  await page.waitForFunction(() => /cannot be loaded now/.test(document.body.innerText));
  await live(page);
  await publish(proxy, [site, room, '3', '0'], token);
  const said = await messages(page, room);
  await upTo(page, said);
  assert.deepEqual(await shown(page), said);
  await page.goto(`${site}/quotes/?room=999`);
  await page.waitForSelector('#way-out:not([hidden])');
  assert.equal(await text(page, '#state'), 'You cannot read the room of the prices.');
  assert.ok(
    problems.every((problem) => /Failed to fetch/.test(problem)),
    problems.join('\n'),
  );
});

/**
 * A chatd with the page beside it behind a proxy, and its owner.
 * @param {import('node:test').TestContext} t @param {(upstream: number) => ReturnType<typeof nginx>} start
 */
async function beside(t, start) {
  const port = await freePort();
  const server = new Server({ env: { CHATD_PUBLIC_URL: site, CHATD_TRUSTED_PROXIES: '127.0.0.1' } });
  server.url = `http://127.0.0.1:${port}`;
  const proxy = await start(port);
  const browser = await launchChromium([
    `--host-resolver-rules=MAP ${name}:443 127.0.0.1:${proxy.https}`,
    '--ignore-certificate-errors',
  ]);
  t.after(async () => {
    await browser.close();
    await server.dispose();
    await proxy.stop(); // last: Caddy waits for streams to end
  });
  await server.start();
  const ana = await newPerson(browser);
  await setUp(ana.page, site, { name: 'ana', code: await server.setupCode() });
  const room = new URL(ana.page.url()).pathname.split('/').pop() ?? '';
  const token = await tokenOf(ana.page);
  return { server, proxy, browser, ana, room, token, address: `${site}/quotes/?room=${room}` };
}

/** @param {Page} page */
const live = (page) =>
  page.waitForFunction(() => document.querySelector('#state')?.textContent === 'The prices are live.', {
    timeout: 60_000,
  });

/** @param {Page} page @param {string} selector */
const text = (page, selector) => page.$eval(selector, (found) => found.textContent ?? '');

/** Lets a page note each price the moment it is shown. @param {Page} page */
const record = (page) =>
  page.evaluateOnNewDocument(() => {
    const here = /** @type {any} */ (window);
    here.shown = [];
    const note = (/** @type {MutationRecord} */ { target, addedNodes }) => {
      const symbol = target.parentElement?.closest('#prices tr')?.id;
      if (!(target instanceof HTMLTableCellElement) || !symbol || target.cellIndex !== 1) return;
      here.shown.push(`${symbol} ${addedNodes[0]?.textContent}`);
    };
    const watch = { childList: true, subtree: true };
    new MutationObserver((records) => records.forEach(note)).observe(document, watch);
  });

/** @param {Page} page @returns {Promise<string[]>} */
const shown = (page) => page.evaluate(() => /** @type {any} */ (window).shown);

/** Waits until the last price of all is shown. @param {Page} page @param {string[]} said */
const upTo = (page, said) =>
  page.waitForFunction(
    (last) => /** @type {any} */ (window).shown.at(-1) === last,
    { timeout: 60_000 },
    said.at(-1),
  );

/** What the table says. @param {Page} page */
const rows = (page) =>
  page.$$eval('#prices tr', (all) =>
    all.map((row) => [...row.cells].map((cell) => cell.textContent).join(' ')),
  );

/** Makes an access token that may write. @param {Page} page @returns {Promise<string>} */
const tokenOf = (page) =>
  page.evaluate(async () => {
    const body = JSON.stringify({ name: 'prices', scope: 'read-write' });
    const headers = { 'Content-Type': 'application/json' };
    return (await (await fetch('/api/v1/tokens', { method: 'POST', headers, body })).json()).token;
  });

/** What stands in the room. @param {Page} page @param {string} room @returns {Promise<string[]>} */
const messages = (page, room) =>
  page.evaluate(async (room) => {
    const answer = await fetch(`/api/v1/rooms/${room}/messages?limit=200`);
    return (await answer.json()).messages.map((/** @type {any} */ { body }) => body);
  }, room);

/**
 * Runs the script to its end. curl finds the proxy, and knows its certificate, by settings of its own.
 * @param {Awaited<ReturnType<typeof nginx>>} proxy @param {string[]} words @param {string} token
 */
async function publish(proxy, words, token) {
  const settings = `connect-to = "${name}:443:127.0.0.1:${proxy.https}"\ncacert = "${proxy.root}"\n`;
  fs.writeFileSync(path.join(proxy.folder, '.curlrc'), settings);
  await promisify(execFile)(path.join(example, 'publish.sh'), words, {
    env: { ...process.env, CURL_HOME: proxy.folder, CHATD_TOKEN: token },
  });
}
