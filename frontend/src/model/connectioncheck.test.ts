import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { ConnectionCheck, SILENCE } from './connectioncheck';
import type { Surroundings } from './connectioncheck-requests';

const sight = {
  http: 'HTTP/1.1',
  host: 'chat.lan',
  address: '192.0.2.7',
  proxy_headers: [],
  public_url: '',
  hints: [],
};

/** Answers as chatd does, over a way that the test spoils. */
class Way implements Surroundings {
  readonly origin = 'http://chat.lan';
  readonly secure = false;
  readonly locks = false;
  readonly cookies = true;
  online = true;
  /** Milliseconds each request takes. */
  delay = 20;
  /** What is answered to the path instead, if anything. */
  instead: (path: string) => Response | null = () => null;
  /** Nothing gets through. */
  down = false;
  /** Lines are kept until the answer ends. */
  holds = false;
  /** Seconds of silence after which a connection is cut off. */
  cuts = Number.POSITIVE_INFINITY;
  /** Seconds of silence after which nothing comes any more, without a word. */
  mute = Number.POSITIVE_INFINITY;
  readonly asked: string[] = [];
  /** Answers that have begun and not ended. */
  open = 0;

  now = () => Date.now();
  protocol = () => 'http/1.1';

  async fetch(path: string, { signal }: RequestInit): Promise<Response> {
    this.asked.push(path);
    await after(this.delay, signal);
    if (this.down) throw new TypeError('Failed to fetch');
    const other = this.instead(path);
    if (other) return other;
    const { pathname, searchParams } = new URL(path, this.origin);
    if (pathname === '/connection/echo') return Response.json(sight);
    const seconds = Number(searchParams.get('seconds'));
    const times = pathname.endsWith('silence') ? [0, seconds * 1000] : halves(seconds);
    return this.#lines(times, signal);
  }

  #lines(times: readonly number[], signal: AbortSignal | null | undefined): Response {
    const timers: ReturnType<typeof setTimeout>[] = [];
    this.open += 1;
    const over = () => {
      if (timers.length > 0) this.open -= 1;
      for (const timer of timers.splice(0)) clearTimeout(timer);
    };
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        const last = times.at(-1) ?? 0;
        const gap = (times[1] ?? 0) / 1000;
        signal?.addEventListener('abort', over);
        for (const ms of times) {
          if (ms > 0 && gap > this.mute) continue;
          const send = () => controller.enqueue(new TextEncoder().encode(`{"n":0,"ms":${ms}}\n`));
          if (ms === 0 && !this.holds) send();
          else if (gap <= this.cuts) timers.push(setTimeout(send, this.holds ? last : ms));
        }
        const end = () => {
          over();
          if (gap > this.cuts) controller.error(new TypeError('network error'));
          else controller.close();
        };
        timers.push(setTimeout(end, gap > this.mute ? 1e9 : Math.min(last, this.cuts * 1000)));
      },
      cancel: over,
    });
    return new Response(body, { headers: { 'Content-Type': 'application/x-ndjson' } });
  }
}

const halves = (seconds: number) => Array.from({ length: 1 + seconds * 2 }, (_, n) => n * 500);

function after(ms: number, signal: AbortSignal | null | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(new DOMException('aborted', 'AbortError'));
    });
  });
}

/** Lets time pass in small steps, and what waits for it happen. */
async function pass(ms: number): Promise<void> {
  for (let gone = 0; gone < ms; gone += 10) {
    mock.timers.tick(10);
    for (let turns = 0; turns < 8; turns++) await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const found = (check: ConnectionCheck) =>
  Object.fromEntries(Object.entries(check.findings.value).map(([name, one]) => [name, one?.found]));

describe('the connection check', () => {
  let way: Way;
  let check: ConnectionCheck;
  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout', 'Date'] });
    way = new Way();
    check = new ConnectionCheck(way);
  });
  afterEach(() => mock.timers.reset());

  test('goes step by step, and the silence comes last', async () => {
    const over = check.run();
    assert.deepEqual([...check.running.value], ['reach', 'version', 'proxy', 'address']);
    assert.deepEqual(found(check), { browser: 'browser' });
    assert.equal(check.judged.value, false);
    await pass(200);
    assert.deepEqual(check.findings.value.reach, { found: 'reached', roundTrip: 20, lost: 0, of: 5 });
    assert.deepEqual([...check.running.value], ['buffering', 'first']);
    await pass(5_500);
    assert.deepEqual(check.findings.value.first, { found: 'first', after: 20 });
    assert.equal(check.judged.value, true);
    assert.deepEqual([...check.running.value], ['silence']);
    await pass(SILENCE * 1000);
    await over;
    assert.deepEqual(found(check), {
      browser: 'browser',
      reach: 'reached',
      version: 'version',
      proxy: 'proxy',
      address: 'no-address',
      first: 'first',
      buffering: 'prompt',
      silence: 'kept',
    });
    assert.equal(check.running.value.size, 0);
    assert.deepEqual(way.asked.slice(5), ['/connection/stream?seconds=5', '/connection/silence?seconds=30']);
  });

  test('finds answers that are held back', async () => {
    way.holds = true;
    void check.run();
    await pass(6_000);
    const { first, buffering } = check.findings.value;
    assert.ok(first?.found === 'first' && first.after >= 5_000);
    assert.ok(buffering?.found === 'held' && buffering.worst >= 4_900);
    await pass(31_000);
    assert.equal(check.findings.value.silence?.found, 'kept');
  });

  test('finds where silence is cut off', async () => {
    way.cuts = 8;
    void check.run();
    await pass(14_500);
    assert.deepEqual(check.findings.value.silence, { found: 'cut', seconds: 8 });
  });

  test('finds a way that goes dead without a word', async () => {
    way.mute = 8;
    void check.run();
    await pass(6_000 + SILENCE * 1000 + 10_500);
    assert.deepEqual(check.findings.value.silence, { found: 'lost', seconds: SILENCE });
    assert.equal(way.open, 0);
  });

  test('does not take the end of the server for the end of silence', async () => {
    way.cuts = 8;
    void check.run();
    await pass(10_000);
    way.down = true;
    await pass(5_000);
    assert.equal(check.findings.value.silence?.found, 'unreachable');
  });

  test('ends early when nothing answers, and tells why', async () => {
    way.down = true;
    await Promise.all([check.run(), pass(1_000)]);
    assert.deepEqual(found(check), { browser: 'browser', reach: 'unreachable' });
    assert.equal(way.asked.length, 2);
    assert.equal(check.judged.value, true);
    way.online = false;
    await Promise.all([check.run(), pass(1_000)]);
    assert.equal(check.findings.value.reach?.found, 'offline');
  });

  test('knows who answers in place of chatd', async () => {
    const page = (status: number) => () =>
      new Response('<h1>Welcome</h1>', { status, headers: { 'Content-Type': 'text/html' } });
    const problem = () => Response.json({ detail: 'Too often.' }, { status: 429 });
    for (const [answer, want] of [
      [page(200), { found: 'foreign' }],
      [() => Response.json({ other: true }), { found: 'foreign' }],
      [page(404), { found: 'foreign' }],
      [page(502), { found: 'gateway', status: 502 }],
      [problem, { found: 'refused', text: 'Too often.' }],
    ] as const) {
      way.instead = answer;
      await Promise.all([check.run(), pass(500)]);
      assert.deepEqual(check.findings.value.reach, want);
    }
  });

  test('counts requests that get lost', async () => {
    let asked = 0;
    way.instead = (path) => {
      if (path === '/connection/echo' && ++asked === 3) throw new TypeError('Failed to fetch');
      return null;
    };
    void check.run();
    await pass(300);
    assert.deepEqual(check.findings.value.reach, { found: 'reached', roundTrip: 20, lost: 1, of: 5 });
  });

  test('tells that the server stops', async () => {
    way.instead = (path) =>
      path.includes('stream')
        ? new Response('{"n":0,"ms":0}\n{"n":1,"ms":100,"stopping":true}\n', {
            headers: { 'Content-Type': 'application/x-ndjson' },
          })
        : null;
    void check.run();
    await pass(300);
    assert.equal(check.findings.value.buffering?.found, 'stopping');
  });

  test('can be relieved of waiting, and asked to wait longer', async () => {
    void check.run();
    await pass(8_000);
    check.stopSilence();
    assert.equal(check.findings.value.silence?.found, 'stopped');
    await pass(100);
    assert.equal(way.open, 0);
    void check.measureSilence(120);
    await pass(121_000);
    assert.deepEqual(check.findings.value.silence, { found: 'kept', seconds: 120 });
    assert.equal(check.findings.value.reach?.found, 'reached', 'what was found before stays');
  });

  test('leaves nothing open when it is stopped, and begins anew', async () => {
    void check.run();
    await pass(2_000);
    check.stop();
    await pass(20_000);
    assert.equal(way.open, 0);
    const asked = way.asked.length;
    await pass(60_000);
    assert.equal(way.asked.length, asked);
    void check.run();
    await pass(37_000);
    assert.equal(check.findings.value.silence?.found, 'kept');
  });
});
