// Real browsers: launching, separate people, and what went wrong in a page.
import fs from 'node:fs';
import puppeteer from 'puppeteer-core';

/** @typedef {'Chromium' | 'Firefox'} Kind */

/** The browsers that chatd is tried in. @type {Kind[]} */
export const kinds = ['Chromium', 'Firefox'];

const chromiumPlaces = [
  process.env.CHATD_CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

const firefoxPlaces = [
  process.env.CHATD_FIREFOX ?? '',
  '/usr/bin/firefox-esr',
  '/usr/bin/firefox',
  '/Applications/Firefox.app/Contents/MacOS/firefox',
];

/** The names that lead to this machine: no request of a page may go elsewhere. */
const here = new Set(['localhost', '127.0.0.1', '[::1]']);

/** @typedef {import('puppeteer-core').LaunchOptions} LaunchOptions */

/**
 * Starts a headless browser for which more names lead to this machine.
 * @param {Kind} kind @param {string[]} [names] @param {LaunchOptions} [options]
 */
export function launch(kind, names = [], options = {}) {
  const rules = names.map((name) => `MAP ${name} 127.0.0.1`).join(', ');
  return kind === 'Firefox'
    ? launchFirefox(names, options)
    : launchChromium(rules ? [`--host-resolver-rules=${rules}`] : [], options);
}

/** Starts a headless Chromium. @param {string[]} [extra] more flags @param {LaunchOptions} [options] */
export function launchChromium(extra = [], options = {}) {
  for (const [, name] of extra.join().matchAll(/MAP ([^\s:]+)\S* 127\.0\.0\.1/g)) if (name) here.add(name);
  return puppeteer.launch({
    ...options,
    executablePath: executable('Chromium'),
    // Hidden tabs are to sleep as they do at people's.
    ignoreDefaultArgs: [
      '--disable-background-timer-throttling',
      '--disable-backgrounding-occluded-windows',
      '--disable-renderer-backgrounding',
    ],
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...extra,
    ],
  });
}

/** Starts a headless Firefox. @param {string[]} [names] names that lead to this machine @param {LaunchOptions} [options] */
export function launchFirefox(names = [], options = {}) {
  for (const name of names) here.add(name);
  return puppeteer.launch({
    ...options,
    browser: 'firefox',
    executablePath: executable('Firefox'),
    extraPrefsFirefox: {
      'network.dns.localDomains': names.join(),
      'ui.systemUsesDarkTheme': 0,
      ...options.extraPrefsFirefox,
    },
  });
}

/** The path of a browser's program. @param {Kind} kind */
export const executable = (kind) =>
  kind === 'Firefox'
    ? found(kind, 'CHATD_FIREFOX', firefoxPlaces)
    : found(kind, 'CHATD_CHROMIUM', chromiumPlaces);

/** @param {Kind} kind @param {string} variable @param {string[]} places */
function found(kind, variable, places) {
  const file = places.find((place) => place && fs.existsSync(place));
  if (!file) throw new Error(`No ${kind} was found. Install it or set ${variable} to its path.`);
  return file;
}

/**
 * A page in a context of its own (own cookies and storage), which notes script
 * errors, violations of the content security policy and requests that leave this
 * machine in `problems`.
 * @param {import('puppeteer-core').Browser} browser
 * @param {{width?: number, height?: number, dark?: boolean}} [look]
 */
export async function newPerson(browser, look = {}) {
  const context = await browser.createBrowserContext();
  const page = await newTab(context, look);
  return { context, ...page };
}

/**
 * A tab in an existing context.
 * @param {import('puppeteer-core').BrowserContext} context
 * @param {{width?: number, height?: number, dark?: boolean}} [look]
 */
export async function newTab(context, look = {}) {
  const page = await context.newPage();
  await page.setViewport({ width: look.width ?? 1440, height: look.height ?? 900 });
  // Firefox cannot be told: it is light from the start, and fails here when it should be dark.
  if (look.dark || !(await isFirefox(page)))
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: look.dark ? 'dark' : 'light' }]);
  /** @type {string[]} */
  const problems = [];
  page.on('pageerror', (error) =>
    problems.push(`page error: ${error instanceof Error ? error.message : error}`),
  );
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) {
      problems.push(`console: ${message.text()}`);
    }
  });
  page.on('request', (request) => {
    if (leaves(request.url())) problems.push(`a request to elsewhere: ${request.url()}`);
  });
  return { page, problems };
}

/** @param {import('puppeteer-core').Page} page */
export const isFirefox = async (page) => /firefox/i.test(await page.browser().version());

/** Whether a request for an address goes to another machine. @param {string} address */
export function leaves(address) {
  const { protocol, hostname } = new URL(address);
  return /^(https?|wss?|ftp):$/.test(protocol) && !here.has(hostname);
}

/** Saves a picture for people to look at, when CHATD_SCREENSHOTS names a folder.
 * @param {import('puppeteer-core').Page} page @param {string} name */
export async function picture(page, name) {
  const dir = process.env.CHATD_SCREENSHOTS;
  if (!dir) return;
  fs.mkdirSync(dir, { recursive: true });
  await page.screenshot({ path: `${dir}/${name}.png` });
}
