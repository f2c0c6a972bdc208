// A hop between the browser and chatd that does to requests and streams what some intermediaries do.
import { once } from 'node:events';
import http from 'node:http';

/**
 * What happens to streams: the first `hold` bytes are kept back until there are more, and after `life` milliseconds it
 * ends, as if the server had ended it. What happens to all requests: one is passed on at once, the next `delay` milliseconds
 * later, the next twice that, and so on from the beginning, so that later ones overtake.
 * @typedef {{hold?: number, life?: number, delay?: number}} Faults
 *
 * What becomes of a request: it is passed on; it is cut before it arrives; or it arrives, and its answer is cut, or only
 * half of it comes through; or the hop answers in the server's place that there is none.
 * @typedef {'pass' | 'cut' | 'lose' | 'half' | 'refuse'} Fate
 */

/** Passes requests on as they are, but for its faults. */
export class Hop {
  /** @param {string} upstream @param {Faults} faults */
  constructor(upstream, { hold = 0, life = Number.POSITIVE_INFINITY, delay = 0 }) {
    this.upstream = new URL(upstream);
    this.hold = hold;
    this.life = life;
    this.delay = delay;
    /** Decides about each request. @type {(method: string, path: string) => Fate} */
    this.fate = () => 'pass';
    /** How many streams came by. */
    this.streams = 0;
    /** How many requests were passed on before one that had come earlier. */
    this.overtakers = 0;
    this.requests = 0;
    /** The numbers of the requests that wait. @type {Set<number>} */
    this.waiting = new Set();
    this.server = http.createServer((request, response) => this.#take(request, response));
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

  /** From now on requests meet this fate, and what was under way is cut. @param {Hop['fate']} fate */
  interrupt(fate) {
    this.fate = fate;
    this.server.closeAllConnections();
  }

  /** @param {http.IncomingMessage} request @param {http.ServerResponse} response */
  #take(request, response) {
    const fate = this.fate(request.method ?? '', request.url ?? '');
    if (fate === 'cut') {
      request.socket.destroy();
      return;
    }
    if (fate === 'refuse') {
      response.writeHead(502, { 'Content-Type': 'text/html' }).end('<h1>502 Bad Gateway</h1>');
      return;
    }
    const number = this.requests++;
    this.waiting.add(number);
    const pass = () => {
      this.waiting.delete(number);
      if ([...this.waiting].some((earlier) => earlier < number)) this.overtakers += 1;
      this.#pass(request, response, fate);
    };
    const delay = (number % 3) * this.delay;
    if (delay === 0) return pass();
    const timer = setTimeout(pass, delay);
    response.on('close', () => {
      clearTimeout(timer);
      this.waiting.delete(number);
    });
  }

  /** @param {http.IncomingMessage} request @param {http.ServerResponse} response @param {Fate} fate */
  #pass(request, response, fate) {
    const { method, url: path, headers } = request;
    const { hostname, port } = this.upstream;
    const passed = http.request({ hostname, port, method, path, headers, agent: false }, (answer) => {
      if (fate === 'lose') response.destroy();
      else if (fate === 'half') halve(answer, response);
      else if (path === '/comet/data' && answer.headers['content-length'] === undefined)
        this.#stream(answer, response);
      else {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      }
    });
    passed.on('error', () => response.destroy());
    response.on('close', () => passed.destroy());
    request.pipe(passed);
  }

  /** @param {http.IncomingMessage} answer @param {http.ServerResponse} response */
  #stream(answer, response) {
    this.streams += 1;
    /** @type {Buffer[]} */
    let held = [];
    let open = false;
    const release = () => {
      if (!open) response.writeHead(answer.statusCode ?? 502, answer.headers);
      open = true;
      for (const chunk of held) response.write(chunk);
      held = [];
    };
    answer.on('data', (chunk) => {
      if (response.writableEnded) return;
      held.push(chunk);
      if (open || held.reduce((sum, { length }) => sum + length, 0) > this.hold) release();
    });
    answer.on('end', () => {
      if (response.writableEnded) return;
      release();
      response.end();
    });
    answer.on('error', () => response.destroy());
    if (this.life < Number.POSITIVE_INFINITY) {
      const timer = setTimeout(() => response.end(), this.life);
      response.on('close', () => clearTimeout(timer));
    }
  }
}

/** Passes half of an answer on, and cuts it. @param {http.IncomingMessage} answer @param {http.ServerResponse} response */
function halve(answer, response) {
  const half = Number(answer.headers['content-length'] ?? 0) >> 1;
  let passed = 0;
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  answer.on('data', (chunk) => {
    const now = chunk.subarray(0, half - passed);
    passed += now.length;
    response.write(now, () => passed >= half && response.destroy());
  });
  answer.on('end', () => response.destroy());
}
