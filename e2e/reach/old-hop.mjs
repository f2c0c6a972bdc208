// A hop that speaks HTTP/1.0 to both sides: each request on a connection of its own, and nothing in chunks.
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';

/** What belongs to one connection and not to the request. */
const ofConnection = /^(connection|keep-alive|proxy-connection|transfer-encoding|te|upgrade)$/i;

/** Passes each request on as one of HTTP/1.0, and the answer as it comes. */
export class OldHop {
  /** @param {string} upstream */
  constructor(upstream) {
    this.upstream = new URL(upstream);
    this.requests = 0;
    /** The first lines of answers that were not of HTTP/1.0. @type {string[]} */
    this.strange = [];
    this.server = http.createServer((request) => this.#pass(request));
  }

  /** Listens on a free port of loopback, and tells which. */
  async start() {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    const address = this.server.address();
    return typeof address === 'object' && address ? address.port : 0;
  }

  stop() {
    this.server.close();
    this.server.closeAllConnections();
  }

  /** @param {http.IncomingMessage} request */
  #pass(request) {
    this.requests += 1;
    const { method, url, rawHeaders, socket } = request;
    const lines = [`${method} ${url} HTTP/1.0`];
    for (let i = 0; i < rawHeaders.length; i += 2) {
      if (!ofConnection.test(rawHeaders[i] ?? '')) lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
    }
    const { hostname, port } = this.upstream;
    const server = net.connect(Number(port), hostname);
    server.write(`${lines.join('\r\n')}\r\n\r\n`);
    request.pipe(server, { end: false }); // half a connection would look like a client that has gone
    server.once('data', (chunk) => {
      const [first = ''] = chunk.toString('latin1').split('\r\n', 1);
      if (!first.startsWith('HTTP/1.0 ')) this.strange.push(first);
    });
    server.pipe(socket);
    server.on('error', () => socket.destroy());
    socket.on('error', () => server.destroy());
    socket.on('close', () => server.destroy());
  }
}
