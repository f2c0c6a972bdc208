import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Backoff } from './backoff';
import { FakeClock } from './testing/fakeclock';
import { listening, scene } from './testing/scene';

test('Waits are random below a bound that doubles from half a second to 20 s', () => {
  const bounds = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000, 20_000];
  const longest = bounds.map(() => 0);
  for (let seed = 1; seed <= 200; seed += 1) {
    const backoff = new Backoff(new FakeClock(seed));
    for (const [i, bound] of bounds.entries()) {
      const wait = backoff.next();
      assert.ok(wait >= 0 && wait < bound, `${wait} is not below ${bound}`);
      longest[i] = Math.max(longest[i] ?? 0, wait);
    }
  }
  for (const [i, bound] of bounds.entries())
    assert.ok((longest[i] ?? 0) > bound * 0.9, 'the whole range is used');
});

test('The figure of the server is a minimum, to which chance is added', () => {
  const waits = [1, 2, 3, 4].map((seed) => new Backoff(new FakeClock(seed)).next(7_000));
  for (const wait of waits) assert.ok(wait >= 7_000 && wait < 7_500);
  assert.equal(new Set(waits).size, waits.length);
});

test('The bound begins anew after 30 s of a good connection, and not before', async () => {
  for (const { good, bound } of [
    { good: 29_000, bound: 8_000 },
    { good: 31_000, bound: 500 },
  ]) {
    let longest = 0;
    for (let seed = 1; seed <= 50; seed += 1) {
      const clock = new FakeClock(seed);
      const backoff = new Backoff(clock);
      for (let i = 0; i < 4; i += 1) backoff.next();
      backoff.good();
      await clock.pass(good / 2);
      backoff.good();
      await clock.pass(good / 2);
      longest = Math.max(longest, backoff.next());
    }
    assert.ok(longest < bound && longest > bound * 0.8, `${longest} of ${bound}`);
  }
});

test('A server that is away is asked less and less often', async () => {
  const { client, browser, pass } = scene();
  browser.weather.down = true;
  client.start();
  const asked: number[] = [];
  for (let i = 0; i < 6; i += 1) {
    const before = browser.sent.length;
    await pass(20_000);
    asked.push(browser.sent.length - before);
  }
  assert.ok((asked[0] ?? 0) >= 3 && (asked[0] ?? 0) < 20, String(asked));
  assert.ok((asked.at(-1) ?? 9) <= 8, String(asked));
  client.stop();
});

for (const status of [429, 503]) {
  test(`Retry-After is respected (${status})`, async () => {
    const { client, browser, pass } = await listening({ transport: 'long-poll' });
    browser.weather.answer = () => ({ status, retryAfter: '30' });
    client.retryNow();
    await pass(50);
    assert.equal(client.state.phase, 'error');
    const wait = (client.state.retryAt ?? 0) - browser.clock.now();
    assert.ok(wait > 29_900 && wait < 31_000, String(wait));
    const before = browser.sent.length;
    browser.tell('online');
    browser.tell('visibilitychange');
    await pass(29_000);
    assert.equal(browser.sent.length, before, 'nobody but the person shortens it');
    browser.weather.answer = null;
    client.retryNow();
    await pass(50);
    assert.equal(client.state.phase, 'listening');
    client.stop();
  });
}

test('Retry-After may be a date, and nonsense is passed over', async () => {
  const at = (clock: FakeClock) => new Date(clock.now() + 60_000).toUTCString();
  for (const { header, from, to } of [
    { header: at(new FakeClock()), from: 58_000, to: 61_000 },
    { header: 'soon', from: 0, to: 1_000 },
    { header: '-5', from: 0, to: 1_000 },
    { header: '99999999', from: 3_600_000, to: 3_601_000 },
  ]) {
    const { client, browser, pass } = scene();
    browser.weather.answer = () => ({ status: 503, retryAfter: header });
    client.start();
    await pass(12);
    const wait = (client.state.retryAt ?? 0) - browser.clock.now();
    assert.ok(wait > from - 20 && wait < to, `${header}: ${wait}`);
    client.stop();
  }
});

test('The state tells the phase, the transport, the round trip and when something last came', async () => {
  const { client, browser, log, pass } = await listening();
  const { since, ...state } = client.state;
  assert.deepEqual(state, {
    phase: 'listening',
    transport: 'iframe',
    shared: false,
    node: 'node1',
    retryAt: null,
    roundTrip: 10,
    lastEventAt: since,
    detected: null,
  });
  browser.weather.delay = [40, 40];
  const ping = client.ping();
  await pass(100);
  assert.equal(await ping, 80);
  assert.equal(client.state.roundTrip, 80);
  log.publish('a', 'one');
  await pass(40);
  assert.equal(client.state.lastEventAt, browser.clock.now());
  client.stop();
  await assert.rejects(client.ping());
});
