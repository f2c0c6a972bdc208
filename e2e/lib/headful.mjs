// Browsers with a window, on an X screen of their own.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import puppeteer from 'puppeteer-core';
import { executable } from './browser.mjs';
import { BusyTab, TabPicture } from './indicator.mjs';
import { freePort } from './proxies.mjs';

/** @typedef {import('./browser.mjs').Kind} Kind */

const pictures =
  process.env.CHATD_SCREENSHOTS ?? fileURLToPath(new URL('../../build/screenshots', import.meta.url));
const width = 1280;
const height = 900;
// Where the first tab is: its icon, in whose place the indicator turns, and its title.
const tab = '280x40+0+0';

/** An X screen that nobody sees. */
class Screen {
  /** @param {import('node:child_process').ChildProcess} server @param {string} display */
  constructor(server, display) {
    this.server = server;
    this.env = { ...process.env, DISPLAY: display };
  }

  static async start() {
    const words = ['-displayfd', '3', '-screen', '0', `${width}x${height}x24`, '-nolisten', 'tcp'];
    const server = spawn('Xvfb', words, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
    const ended = once(server, 'exit').then(() => Promise.reject(new Error('Xvfb has ended')));
    ended.catch(() => {});
    const told = server.stdio[3];
    if (!told) throw new Error('Xvfb cannot tell its display');
    const [display] = await Promise.race([once(told, 'data'), ended]);
    return new Screen(server, `:${String(display).trim()}`);
  }

  /** @param {string[]} words what import(1) is to take of the screen, and where it puts it */
  async take(...words) {
    const options = { env: this.env, encoding: /** @type {'buffer'} */ ('buffer'), maxBuffer: 1 << 24 };
    const { stdout } = await promisify(execFile)('import', ['-window', 'root', ...words], options);
    return stdout;
  }

  async stop() {
    if (this.server.exitCode !== null || this.server.signalCode !== null) return;
    const exited = once(this.server, 'exit');
    this.server.kill();
    await exited;
  }
}

/** A browser with a window that fills its screen, and one tab. */
export class Headful {
  /**
   * @param {Screen} screen @param {import('puppeteer-core').Browser} browser @param {import('puppeteer-core').Page} page
   * @param {BusyTab | TabPicture} witness
   */
  constructor(screen, browser, page, witness) {
    this.screen = screen;
    this.browser = browser;
    this.page = page;
    this.witness = witness;
  }

  /** @param {Kind} kind */
  static async start(kind) {
    const screen = await Screen.start();
    /** @type {import('puppeteer-core').Browser | undefined} */
    let browser;
    /** @type {BusyTab | TabPicture | undefined} */
    let witness;
    try {
      const port = await freePort();
      browser = await (kind === 'Firefox' ? firefox(screen) : chromium(screen, port));
      witness = await (kind === 'Firefox' ? BusyTab.start(browser) : TabPicture.start(port));
      const page = (await browser.pages())[0] ?? (await browser.newPage());
      return new Headful(screen, browser, page, witness);
    } catch (error) {
      await stopAll(witness, browser, screen); // or else they would keep the test from ending
      throw error;
    }
  }

  /** Whether anything in the tab itself moves within a second, as the screen shows it. @param {number} [within] ms */
  async moves(within = 1_000) {
    const first = await this.screen.take('-crop', tab, 'rgb:-');
    const end = performance.now() + within;
    while (performance.now() < end) {
      await pause(100);
      if (!first.equals(await this.screen.take('-crop', tab, 'rgb:-'))) return true;
    }
    return false;
  }

  /** Keeps a picture of the whole window for people to look at. @param {string} name */
  async picture(name) {
    fs.mkdirSync(pictures, { recursive: true });
    await this.screen.take(path.join(pictures, `${name}.png`));
  }

  async stop() {
    await stopAll(this.witness, this.browser, this.screen);
  }
}

/**
 * Stops each, whatever becomes of the ones before.
 * @param {BusyTab | TabPicture | undefined} witness @param {import('puppeteer-core').Browser | undefined} browser
 * @param {Screen} screen
 */
async function stopAll(witness, browser, screen) {
  try {
    await witness?.stop();
  } finally {
    try {
      await browser?.close();
    } finally {
      await screen.stop();
    }
  }
}

/** @param {Screen} screen @param {number} port where it shows its window */
function chromium(screen, port) {
  return puppeteer.launch({
    executablePath: executable('Chromium'),
    env: screen.env,
    headless: false,
    defaultViewport: null,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--window-position=0,0',
      `--window-size=${width},${height}`,
      `--enable-ui-devtools=${port}`,
    ],
  });
}

/** @param {Screen} screen */
function firefox(screen) {
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: executable('Firefox'),
    env: screen.env,
    headless: false,
    defaultViewport: null,
    args: [`--width=${width}`, `--height=${height}`],
  });
}
