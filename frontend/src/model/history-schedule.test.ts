import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HistoryPage, Message } from '../api/records';
import { History, MOST, PAGE, type PageQuery } from './history';
import { Log, random, settled } from './testing/world';

const numbers = (history: History) => history.messages.value.map((m) => m.number);

/**
 * Random schedules of posts, deliveries, pages that arrive late, gaps and the reader's movements. The window must
 * never have a hole, a repeat or a wrong order; and once everything has arrived it must reach the newest message.
 */
test('no schedule of pages, gaps and deliveries makes a hole in the window', async () => {
  for (let seed = 1; seed <= 300; seed++) await new Schedule(seed).run();
});

interface Waiting {
  readonly page: HistoryPage;
  readonly resolve: (page: HistoryPage) => void;
}

class Schedule {
  readonly #log = new Log();
  readonly #random: (below: number) => number;
  readonly #history: History;
  readonly #pages: Waiting[] = [];
  readonly #seed: number;
  /** Number of the last message that the stream has delivered; null while a gap is being closed. */
  #cursor: number | null = 0;

  constructor(seed: number) {
    this.#seed = seed;
    this.#random = random(seed);
    this.#history = new History((query: PageQuery) => {
      const page = this.#log.page(query);
      return new Promise((resolve) => this.#pages.push({ page, resolve }));
    });
  }

  async run(): Promise<void> {
    for (let step = 0; step < 120; step++) {
      await this.#step();
      this.#check();
    }
    await this.#finish();
  }

  async #step(): Promise<void> {
    switch (this.#random(13)) {
      case 0:
        void this.#history.openNewest();
        break;
      case 1:
        void this.#history.openAround(this.#random(this.#log.messages.length + 1));
        break;
      case 2:
        void this.#history.loadOlder();
        break;
      case 3:
        void this.#history.loadNewer();
        break;
      case 4:
        this.#gap();
        break;
      case 5:
        this.#history.following = this.#random(2) === 0;
        break;
      case 6:
        this.#log.fill(this.#random(150));
        break;
      case 7:
      case 8:
        this.#deliver(1 + this.#random(120));
        break;
      case 9:
        this.#history.shrink();
        break;
      default:
        await this.#answer();
    }
  }

  #gap(): void {
    if (this.#cursor === null) return;
    this.#cursor = null;
    void this.#history.catchUp().then((page) => {
      this.#cursor = page.position.seq;
    });
  }

  #deliver(count: number): void {
    if (this.#cursor === null) return;
    const next: Message[] = this.#log.messages.slice(this.#cursor, this.#cursor + count);
    for (const message of next) this.#history.add(message);
    this.#cursor += next.length;
  }

  async #answer(): Promise<void> {
    const [one] = this.#pages.splice(this.#random(this.#pages.length), 1);
    one?.resolve(one.page);
    await settled();
  }

  #check(): void {
    const shown = numbers(this.#history);
    const whole = shown.every((number, i) => i === 0 || number === (shown[i - 1] ?? 0) + 1);
    assert.ok(whole, `seed ${this.#seed}: ${shown.join(' ')}`);
    assert.ok(shown.length <= MOST + PAGE, `seed ${this.#seed}: ${shown.length} messages`);
  }

  async #finish(): Promise<void> {
    while (this.#pages.length > 0) await this.#answer();
    if (this.#history.state.value === 'empty') return;
    this.#history.following = true;
    while (this.#history.newer.value) {
      void this.#history.loadNewer();
      await this.#answer();
    }
    this.#deliver(this.#log.messages.length);
    this.#check();
    assert.equal(this.#history.last, this.#log.messages.length, `seed ${this.#seed}`);
  }
}
