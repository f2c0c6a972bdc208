// A wire between a browser and chatd that can go dead, as it does while a machine sleeps: what is open stays open, and
// nothing comes through it any more.
import { once } from 'node:events';
import net from 'node:net';

/** Passes connections on as they are, until they are dead. */
export class Wire {
  /** @param {string} upstream */
  constructor(upstream) {
    this.upstream = new URL(upstream);
    /** The open connections. @type {Set<{browser: net.Socket, chatd: net.Socket}>} */
    this.connections = new Set();
    this.server = net.createServer((browser) => this.#pass(browser));
  }

  /** Listens on a free port of loopback. @returns {Promise<string>} its address */
  async start() {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    const address = this.server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  }

  /** All connections that are open go dead; new ones are passed on. Returns how many they were. */
  die() {
    const dead = [...this.connections];
    for (const { browser, chatd } of dead) {
      browser.unpipe(chatd);
      chatd.unpipe(browser);
      chatd.destroy();
      browser.resume(); // what it sends is lost
    }
    return dead.length;
  }

  stop() {
    this.server.close();
    for (const { browser, chatd } of this.connections) {
      browser.destroy();
      chatd.destroy();
    }
  }

  /** @param {net.Socket} browser */
  #pass(browser) {
    const chatd = net.connect(Number(this.upstream.port), this.upstream.hostname);
    const connection = { browser, chatd };
    this.connections.add(connection);
    for (const socket of [browser, chatd]) socket.on('error', () => {});
    browser.on('close', () => {
      this.connections.delete(connection);
      chatd.destroy();
    });
    browser.pipe(chatd);
    chatd.pipe(browser);
  }
}
