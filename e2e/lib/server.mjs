// A real chatd with its own data directory and PostgreSQL, for the tests.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Figures } from './figures.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const binary = process.env.E2E_CHATD ?? path.join(root, 'build/chatd');

/** One chatd: start, stop, kill, start again on the same data and port. */
export class Server {
  /** @param {{env?: Record<string, string>, under?: string[]}} [options] under: a program that runs chatd, and its words */
  constructor(options = {}) {
    this.env = options.env ?? {};
    this.under = options.under ?? [];
    this.base = fs.mkdtempSync(path.join(os.tmpdir(), 'chatd-e2e-'));
    // As root, PostgreSQL runs as another user, who must get through.
    fs.chmodSync(this.base, 0o755);
    this.data = path.join(this.base, 'data');
    this.url = '';
    this.log = '';
    /** @type {import('node:child_process').ChildProcess | undefined} */
    this.process = undefined;
    /** When chatd and everything that wrote to its output has ended. @type {Promise<unknown>} */
    this.closed = Promise.resolve();
  }

  /** Starts chatd and waits until it is ready. @returns {Promise<this>} */
  async start() {
    const address = this.url ? new URL(this.url).host : '127.0.0.1:0';
    const [program = binary, ...words] = [...this.under, binary, '--addr', address, '--data', this.data];
    const child = spawn(program, words, {
      env: { ...process.env, CHATD_METRICS_ADDR: 'off', ...this.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process = child;
    this.closed = once(child, 'close');
    const exited = once(child, 'exit');
    /** @type {Promise<string>} */
    const ready = new Promise((resolve) => {
      for (const stream of [child.stdout, child.stderr]) {
        readline.createInterface({ input: stream }).on('line', (line) => {
          this.log += `${line}\n`;
          const found = /ready at (https?:\S+)/.exec(line);
          if (found?.[1]) resolve(found[1].replace(/[.,;]$/, ''));
        });
      }
    });
    const gone = exited.then(([code]) => {
      throw new Error(`chatd ended with ${code} before it was ready:\n${this.log}`);
    });
    gone.catch(() => {});
    // Behind a proxy chatd tells the proxy's address; the test has chosen its own.
    const told = await Promise.race([ready, gone]);
    this.url ||= told;
    return this;
  }

  /** Runs a command of chatd on the same data to its end, and returns what it says. @param {string[]} words */
  async command(...words) {
    const { stdout } = await promisify(execFile)(binary, [...words, '--data', this.data], {
      env: { ...process.env, ...this.env },
    });
    return stdout;
  }

  /** The code for the first visit from elsewhere, as chatd prints it to whoever has not set it up. */
  setupCode() {
    return this.#says(/set-up code is (\S+)/);
  }

  /** What chatd counts; it must have been started with an address for metrics. */
  async figures() {
    return new Figures(await this.#says(/"metrics are served","url":"([^"]+)"/));
  }

  /** Waits for what chatd prints: that it is ready may come before. @param {RegExp} wanted */
  async #says(wanted) {
    for (let tries = 0; tries < 200; tries += 1) {
      const found = wanted.exec(this.log)?.[1];
      if (found) return found;
      await pause(50);
    }
    throw new Error(`chatd did not print ${wanted}:\n${this.log}`);
  }

  /** Ends chatd as an operator would. */
  async stop() {
    await this.#end('SIGTERM');
  }

  /** Ends chatd as a power cut would; its PostgreSQL goes on running. */
  async kill() {
    await this.#end('SIGKILL');
  }

  /** @param {NodeJS.Signals} signal */
  async #end(signal) {
    const child = this.process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  /** Ends the private PostgreSQL as a power cut would; chatd goes on running. */
  killPostgres() {
    const file = path.join(this.data, 'postgres', 'postmaster.pid');
    process.kill(Number(fs.readFileSync(file, 'utf8').split('\n')[0]), 'SIGKILL');
  }

  /** Stops chatd and removes its data. After a kill its PostgreSQL still runs: a new start takes it over and ends it. */
  async dispose() {
    if (this.process?.signalCode === 'SIGKILL') await this.start();
    await this.stop();
    fs.rmSync(this.base, { recursive: true, force: true });
  }
}
