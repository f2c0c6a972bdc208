import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AnswerSize } from './answersize';
import { listening, scene } from './testing/scene';
import type { Scene } from './testing/scene';

const longPoll = { transport: 'long-poll' } as const;

/** Stores so many events of about 1 KiB. */
function fill({ log }: Scene, count: number): string[] {
  const payloads = Array.from({ length: count }, (_, i) => `${i} ${'x'.repeat(1_000)}`);
  for (const payload of payloads) log.topic('a').payloads.push(payload);
  log.tell();
  return payloads;
}

const limits = ({ node }: Scene) => node.requests.map(({ limit }) => limit ?? null);

test('The size of answers is quartered down to 2 KiB, and doubled until it is as usual', () => {
  const size = new AnswerSize();
  const seen = [size.limit];
  for (let i = 0; i < 5; i += 1) {
    size.shrink();
    seen.push(size.limit);
  }
  for (let i = 0; i < 8; i += 1) {
    size.grow();
    seen.push(size.limit);
  }
  const kib = seen.map((limit) => limit && limit / 1_024);
  assert.deepEqual(kib, [null, 64, 16, 4, 2, 2, 4, 8, 16, 32, 64, 128, null, null]);
});

for (const most of [3_000, 8_192, 100_000]) {
  test(`What does not come through in answers of more than ${most} bytes comes in smaller ones, once and in order`, async () => {
    const made = scene(longPoll);
    const payloads = fill(made, 150);
    made.browser.weather.most = most;
    made.client.start();
    await made.pass(5_000);
    assert.deepEqual(made.recorder.shown.get('a'), payloads);
    assert.deepEqual(made.recorder.faults, []);
    assert.deepEqual(made.recorder.phases, ['ready', 'joined', 'listening long-poll']);
    made.client.stop();
  });
}

test('An answer that broke off is asked for again at once, a quarter as large, by a listen', async () => {
  const made = await listening(longPoll);
  const { client, browser, node, pass } = made;
  browser.weather.most = 20_000;
  const before = node.requests.length;
  fill(made, 100);
  await pass(100);
  const asked = node.requests.slice(before);
  assert.deepEqual(
    asked.slice(0, 3).map(({ event, limit }) => [event, limit]),
    [
      ['listen', 65_536],
      ['listen', 16_384],
      ['refresh', 32_768],
    ],
  );
  client.stop();
});

test('Once answers come whole, all that there is is asked for again', async () => {
  const made = await listening(longPoll);
  const { client, browser, pass } = made;
  browser.weather.most = 20_000;
  fill(made, 100);
  await pass(2_000);
  browser.weather.most = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 5; i += 1) {
    made.log.publish('a', i);
    await pass(100);
  }
  assert.equal(limits(made).at(-1), null);
  client.stop();
});

test('Where not even the least comes through the client waits longer and longer between two requests', async () => {
  const made = await listening(longPoll);
  const { client, browser, node, pass } = made;
  const before = node.requests.length;
  browser.weather.most = 10;
  fill(made, 1);
  await pass(120_000);
  assert.equal(client.state.phase, 'error');
  const asked = node.requests.length - before;
  assert.ok(asked > 5 && asked < 40, `${asked} requests in two minutes`);
  client.stop();
});

test('Where time was too short for an answer the next is smaller, but not asked for at once', async () => {
  const made = await listening(longPoll);
  const { client, browser, node, recorder, pass } = made;
  Object.assign(browser.weather, { most: 20_000, stalls: true });
  const before = node.requests.length;
  const payloads = fill(made, 100);
  await pass(36_000);
  assert.equal(recorder.phases.at(-1), 'error');
  await pass(600_000);
  assert.deepEqual(recorder.shown.get('a'), payloads);
  assert.deepEqual(
    node.requests.slice(before, before + 2).map(({ limit }) => limit),
    [65_536, 16_384],
  );
  client.stop();
});

test('A tab that only polls does not pause between small answers', async () => {
  const made = scene(longPoll);
  const { client, browser, recorder, node, pass } = made;
  client.start();
  await pass(100);
  node.say({ event: 'refresh', in: 0, why: 'crowded' });
  await pass(100);
  assert.equal(client.state.transport, 'poll');
  browser.weather.most = 8_192;
  const payloads = fill(made, 100);
  await pass(8_000);
  assert.deepEqual(recorder.shown.get('a'), payloads);
  client.stop();
});

test('A stream does not wait for the poll beside it when that breaks off', async () => {
  const made = scene();
  const { client, browser, recorder, pass } = made;
  const payloads = fill(made, 100);
  browser.weather.most = 8_192;
  client.start();
  await pass(1_000);
  assert.deepEqual(recorder.shown.get('a'), payloads);
  assert.deepEqual(recorder.phases, ['ready', 'joined', 'listening iframe']);
  client.stop();
});
