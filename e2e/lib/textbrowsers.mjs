// Text browsers in a terminal, driven by the keys that people press.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

const esc = String.fromCharCode(27);
/** What moves the cursor or changes colours. */
const sequences = new RegExp(`${esc}(\\[[0-9;?]*[A-Za-z]|[()][A-Z0-9]|[=>78M])|[\\x0e\\x0f\\r]`, 'g');

/** A program in a terminal of its own (script of util-linux or BSD makes it). */
class Terminal {
  /** @param {string} program @param {string[]} words */
  constructor(program, words) {
    const command = [program, ...words];
    const line = command.map((word) => `'${word}'`).join(' ');
    const how =
      process.platform === 'darwin' ? ['-q', '/dev/null', ...command] : ['-qfec', line, '/dev/null'];
    this.process = spawn('script', how, {
      env: {
        ...process.env,
        TERM: 'vt100',
        LINES: '60',
        COLUMNS: '100',
        LC_ALL: 'C.UTF-8',
        HOME: '/nonexistent',
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    /** What came since the last key. */
    this.screen = '';
    for (const stream of [this.process.stdout, this.process.stderr])
      stream.on('data', (chunk) => {
        this.screen += String(chunk).replace(sequences, '');
      });
  }

  /** Presses keys. @param {string} keys */
  press(keys) {
    this.screen = '';
    this.process.stdin.write(keys);
  }

  /** Waits until a text has come to the screen since the last key; the spaces may be moves of the cursor. @param {string} text */
  async shows(text) {
    const end = performance.now() + 20_000;
    const plain = (/** @type {string} */ some) => [...some].filter((c) => c > ' ').join('');
    while (!plain(this.screen).includes(plain(text))) {
      if (performance.now() > end || this.process.exitCode !== null)
        throw new Error(`"${text}" is not shown:\n${this.screen}`);
      await pause(20);
    }
  }

  async close() {
    if (this.process.exitCode !== null) return;
    const exited = once(this.process, 'exit');
    this.process.stdin.end();
    this.process.kill();
    await exited;
  }
}

/** Lynx: arrows go from link to link and from field to field, what is typed goes into the field, Enter sends. */
export class Lynx extends Terminal {
  /** @param {string} url */
  constructor(url) {
    super('lynx', ['-accept_all_cookies', '-nopause', '-nocolor', url]);
  }

  /** Fills in the field that is chosen, and goes to what is next. @param {string} text */
  async fill(text) {
    this.press(`${text}\t`);
    await pause(300);
  }

  /** Chooses what is next. */
  async next() {
    this.press('\t');
    await pause(100);
  }

  enter() {
    this.press('\r');
  }

  /** Loads the page again (Control-R). */
  reload() {
    this.press('\x12');
  }
}

/** w3m: Tab goes from link to link and from field to field, Enter asks for the text of a field. */
export class W3m extends Terminal {
  /** @param {string} url */
  constructor(url) {
    super('w3m', ['-cookie', '-no-mouse', url]);
  }

  /** Goes a few links and fields on and fills in what is there. @param {number} steps @param {string} asks @param {string} text */
  async fill(steps, asks, text) {
    this.press(`${'\t'.repeat(steps)}\r`);
    await this.shows(asks);
    this.press(`${text}\r`);
    await this.shows('Viewing');
  }

  /** Goes a few links and fields on and follows what is there. @param {number} steps */
  async follow(steps) {
    this.press(`${'\t'.repeat(steps)}\r`);
    await this.redraw();
  }

  /** Loads the page again. */
  async reload() {
    this.press('R');
    await this.redraw();
  }

  /** Waits for the page and has all of it drawn: of what stood there before only what differs was. */
  async redraw() {
    await this.shows('Viewing');
    this.press('\f');
    await this.shows('Viewing');
  }
}
