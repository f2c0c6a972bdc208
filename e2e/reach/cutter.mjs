// Cuts connections between the browser and chatd, whatever they carry.
import { once } from 'node:events';
import net from 'node:net';

/**
 * When a connection is cut: after so many bytes from the server, or so many milliseconds.
 * @typedef {{bytes?: number, life?: number}} Limits
 */

/** What can be done to a connection: `age` begins its life. @typedef {{end: () => void, age: () => void}} Connection */

/** Where the last chunk of an answer of unknown length ends. */
const lastChunk = '0\r\n\r\n';

/** Passes connections on as they are, and cuts them once it is armed. */
export class Cutter {
  /** @param {string} upstream @param {Limits} limits */
  constructor(upstream, { bytes = Number.POSITIVE_INFINITY, life = 0 }) {
    this.upstream = new URL(upstream);
    this.bytes = bytes;
    this.life = life;
    this.armed = false;
    this.shut = false;
    /** How many connections were cut in the middle of a request or an answer. */
    this.cuts = 0;
    /** The open connections. @type {Set<Connection>} */
    this.connections = new Set();
    this.server = net.createServer((browser) => this.#pass(browser));
  }

  /** Listens on a free port of loopback, and tells which. */
  async start() {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    const address = this.server.address();
    return typeof address === 'object' && address ? address.port : 0;
  }

  /** From now on connections are cut, those that are open as if they had just been opened. */
  arm() {
    this.armed = true;
    for (const { age } of this.connections) age();
  }

  /** Ends what there is, and lets nobody through until it is opened. */
  close() {
    this.shut = true;
    for (const { end } of this.connections) end();
  }

  open() {
    this.shut = false;
  }

  stop() {
    this.server.close();
    for (const { end } of this.connections) end();
  }

  /** @param {net.Socket} browser */
  #pass(browser) {
    if (this.shut) {
      browser.destroy();
      return;
    }
    const { hostname, port } = this.upstream;
    let busy = false;
    let chunked = false;
    const server = net.connect(Number(port), hostname);
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    const end = () => {
      this.connections.delete(connection);
      clearTimeout(timer);
      browser.destroy();
      server.destroy();
    };
    const cut = () => {
      if (!this.connections.has(connection)) return;
      if (busy) this.cuts += 1;
      end();
    };
    const age = () => {
      if (this.life > 0) timer = setTimeout(cut, this.life);
    };
    const connection = { end, age };
    this.connections.add(connection);
    if (this.armed) age();
    let left = this.bytes;
    browser.on('data', () => {
      busy = true;
    });
    server.on('data', (chunk) => {
      const text = chunk.toString('latin1');
      if (text.startsWith('HTTP/1.1 ')) chunked = /^transfer-encoding: chunked\r$/im.test(text);
      busy = chunked && !text.endsWith(lastChunk); // what has a length is short, and comes whole
      if (!this.armed || chunk.length < left) {
        browser.write(chunk);
        if (this.armed) left -= chunk.length;
        return;
      }
      server.pause();
      busy = true;
      browser.write(chunk.subarray(0, left), cut);
    });
    browser.pipe(server);
    for (const socket of [browser, server]) {
      socket.on('error', end);
      socket.on('close', end);
    }
  }
}
