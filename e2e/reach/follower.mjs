// Somebody at the other end, without a browser: a reader of the data channel on the direct way.
import { EventEmitter, once } from 'node:events';
import http from 'node:http';
import readline from 'node:readline';

/** Milliseconds within which a reader must be greeted. */
const greeting = 10_000;

/** Follows a room from now on. */
export class Follower {
  /** @param {http.IncomingMessage} answer */
  constructor(answer) {
    this.answer = answer;
    /** What came, in its order. @type {{number: number, text: string}[]} */
    this.lines = [];
    this.news = new EventEmitter();
    answer.on('error', () => {});
  }

  /** @param {import('../lib/owner.mjs').Owner} owner of the room */
  static async open(owner) {
    const address = `${owner.url}/comet/data?transport=ndjson&have=room:${owner.room.id}`;
    const request = http.get(address, { headers: { Cookie: owner.cookie }, agent: false });
    request.on('error', () => {});
    try {
      const signal = AbortSignal.timeout(greeting);
      const [answer] = await once(request, 'response', { signal });
      const follower = new Follower(answer);
      const lines = readline.createInterface({ input: answer });
      const greeted = once(lines, 'line', { signal });
      lines.on('line', (line) => follower.#take(JSON.parse(line)));
      const [first] = await greeted;
      if (JSON.parse(first).event !== 'listen-ack') throw new Error(`the reader was told ${first}`);
      return follower;
    } catch (error) {
      request.destroy();
      throw error;
    }
  }

  /** @param {any} event */
  #take({ event, payload }) {
    if (event !== 'data' || !payload.message) return;
    this.lines.push({ number: payload.message.number, text: payload.message.body });
    this.news.emit('line');
  }

  /** Waits for a line. @param {string} text @param {number} within milliseconds */
  async hears(text, within) {
    const signal = AbortSignal.timeout(within);
    while (!this.lines.some((line) => line.text === text)) {
      await once(this.news, 'line', { signal }).catch((cause) => {
        throw new Error(`the other end never got: ${text}`, { cause });
      });
    }
  }

  close() {
    this.answer.destroy();
  }
}
