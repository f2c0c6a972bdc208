import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TransportChoice } from './choice';
import { FakeClock } from './testing/fakeclock';
import { listening, scene } from './testing/scene';
import type { Scene } from './testing/scene';

const minute = 60_000;
const key = 'comet-long-poll-until';

function streams({ node }: Scene) {
  return node.requests.filter(({ mode }) => mode === 'stream');
}

/** Opens a scene whose streams die shortly after they were answered. */
async function dying(): Promise<Scene> {
  const made = await listening();
  for (let i = 0; i < 3; i += 1) {
    for (const stream of made.browser.streams) stream.cut(true);
    await made.pass(4_000);
  }
  return made;
}

test('A stream that nothing comes of is opened once more with padding after 3 s, then long-polling takes over', async () => {
  const made = scene();
  const { client, browser, log, recorder, pass } = made;
  browser.weather.buffered = true;
  client.start();
  await pass(2_900);
  assert.deepEqual(
    streams(made).map(({ padding }) => padding),
    [false],
  );
  log.publish('a', 'one');
  await pass(200);
  assert.deepEqual(
    streams(made).map(({ padding }) => padding),
    [false, true],
  );
  assert.deepEqual(recorder.shown.get('a'), ['one'], 'with a poll beside it');
  await pass(3_100);
  assert.equal(client.state.transport, 'long-poll');
  log.publish('a', 'two');
  await pass(10);
  assert.deepEqual(recorder.shown.get('a'), ['one', 'two']);
  client.stop();
});

test('Ten minutes later streaming is tried again', async () => {
  const made = scene();
  const { client, browser, pass } = made;
  browser.weather.buffered = true;
  client.start();
  await pass(7_000);
  assert.equal(client.state.transport, 'long-poll');
  browser.weather.buffered = false;
  await pass(9 * minute);
  assert.equal(streams(made).length, 2);
  await pass(2 * minute);
  assert.equal(client.state.transport, 'iframe');
  client.stop();
});

test('The next page remembers that streams do not come through', async () => {
  const { client, browser, pass } = scene({ stored: { [key]: String(new FakeClock().now() + 5 * minute) } });
  client.start();
  await pass(100);
  assert.deepEqual(browser.sent, ['control', 'poll', 'pull']);
  assert.equal(client.state.transport, 'long-poll');
  client.stop();
});

test('What is remembered is not believed when it cannot be true', () => {
  const clock = new FakeClock();
  for (const stored of [
    'soon',
    '',
    '-1',
    'Infinity',
    String(clock.now() + 11 * minute),
    String(clock.now() - 1),
  ]) {
    const choice = new TransportChoice(clock, { read: () => stored, write: () => {} }, 'auto');
    assert.equal(choice.way, 'stream', stored);
  }
});

test('Where everything is slow a stream has more than 3 s', async () => {
  const { client, browser, pass } = scene();
  browser.weather.delay = [2_000, 2_000];
  browser.weather.lag = 3_000;
  client.start();
  await pass(4_000 + 7_100);
  assert.equal(client.state.transport, 'iframe');
  client.stop();
});

test('Three streams in a row that die within 5 s are followed by long-polling for ten minutes', async () => {
  const made = await dying();
  const { client, pass } = made;
  assert.equal(client.state.transport, 'long-poll');
  const { length } = streams(made);
  await pass(9 * minute);
  assert.equal(streams(made).length, length);
  await pass(2 * minute);
  assert.equal(client.state.transport, 'iframe');
  client.stop();
});

test('Three streams that end before they begin, though the server is there, are followed by long-polling', async () => {
  const { client, browser, pass } = scene();
  browser.weather.answer = (url) => (url === 'stream' ? { status: 404 } : null);
  client.start();
  await pass(5_000);
  assert.equal(client.state.transport, 'long-poll');
  client.stop();
});

test('A stream that lived longer makes good for those that died', async () => {
  const made = await listening();
  const { client, browser, pass } = made;
  for (const lifetime of [1_000, 1_000, 20_000, 1_000, 1_000, 20_000]) {
    await pass(lifetime);
    for (const stream of browser.streams) stream.cut(true);
    for (let waited = 0; client.state.phase !== 'listening' && waited < 20_000; waited += 20) await pass(20);
  }
  assert.equal(client.state.transport, 'iframe');
  client.stop();
});

test('A server that is away says nothing against streams', async () => {
  const { client, browser, pass } = await listening();
  browser.weather.down = true;
  for (const stream of browser.streams) stream.cut(true);
  await pass(2 * minute);
  assert.equal(client.state.phase, 'error');
  browser.weather.down = false;
  await pass(25_000);
  assert.equal(client.state.transport, 'iframe');
  client.stop();
});

test('Neither does the silence of a server that is away, or of a machine that sleeps', async () => {
  const { client, browser, pass } = await listening();
  for (let i = 0; i < 6; i += 1) {
    for (const stream of browser.streams) stream.cut();
    if (i % 2 === 0) {
      browser.weather.down = true;
      await pass(21_000);
      browser.weather.down = false;
      client.retryNow();
    } else {
      await browser.time.sleep(60_000);
    }
    await pass(4_000);
    assert.equal(client.state.transport, 'iframe');
  }
  client.stop();
});

test('A stream that falls silent three times, though the server is there, is given up for long-polling', async () => {
  const { client, browser, log, recorder, pass } = scene();
  client.start();
  for (let i = 0; i < 3; i += 1) {
    await pass(1_000);
    for (const stream of browser.streams) stream.cut();
    await pass(20_000);
  }
  assert.equal(client.state.transport, 'long-poll');
  log.publish('a', 'one');
  await pass(10);
  assert.deepEqual(recorder.shown.get('a'), ['one']);
  client.stop();
});

test('A forced stream is tried for ever, a forced long-poll is never left', async () => {
  const forced = scene({ transport: 'iframe' });
  forced.browser.weather.buffered = true;
  forced.client.start();
  await forced.pass(3 * minute);
  assert.equal(forced.node.requests.filter(({ mode }) => mode === 'pull').length, 0);
  assert.equal(forced.client.state.phase, 'error');
  forced.browser.weather.buffered = false;
  await forced.pass(30_000);
  assert.equal(forced.client.state.transport, 'iframe');
  forced.client.stop();

  const polled = await listening({ transport: 'long-poll' });
  await polled.pass(20 * minute);
  assert.equal(streams(polled).length, 0);
  polled.client.stop();
});

test('The transport can be changed at any time, and nothing is lost or shown twice', async () => {
  const { client, browser, log, recorder, pass } = await listening();
  const expected: string[] = [];
  for (const transport of ['long-poll', 'iframe', 'auto', 'long-poll', 'auto'] as const) {
    client.setTransport(transport);
    log.publish('a', transport);
    expected.push(transport);
    await pass(100);
    assert.equal(client.state.transport, transport === 'long-poll' ? 'long-poll' : 'iframe');
    assert.ok(browser.streams.size + browser.fetches.size <= 1, 'one connection at a time');
  }
  assert.deepEqual(recorder.shown.get('a'), expected);
  assert.deepEqual(recorder.faults, []);
  client.stop();
});

test('What was found out about another server of the origin is not taken over', () => {
  const stored = new Map<string, string>();
  const memory = {
    read: (name: string) => stored.get(name) ?? null,
    write: (name: string, value: string | null) => void stored.set(name, value ?? ''),
  };
  const clock = new FakeClock();
  new TransportChoice(clock, memory, 'auto', '/chat').demote('buffered');
  assert.deepEqual([...stored.keys()], [`${key}/chat`]);
  assert.equal(new TransportChoice(clock, memory, 'auto', '/chat').way, 'pull');
  assert.equal(new TransportChoice(clock, memory, 'auto').way, 'stream');
});

test('To choose auto is to have it measured afresh', async () => {
  const { client, browser, pass } = await dying();
  assert.equal(client.state.transport, 'long-poll');
  client.setTransport('auto');
  await pass(100);
  assert.equal(client.state.transport, 'iframe');
  assert.equal(browser.stored.get(key), undefined);
  client.stop();
});

test('What was found out about the way is told, and remembered by the next page', async () => {
  const early = await dying();
  const { why } = early.client.state.detected ?? {};
  assert.equal(why, 'died-early');
  early.client.stop();
  const next = scene({ stored: Object.fromEntries(early.browser.stored) });
  next.client.start();
  await next.pass(100);
  assert.equal(next.client.state.detected?.why, 'died-early');
  next.client.stop();

  const held = scene();
  held.browser.weather.buffered = true;
  held.client.start();
  await held.pass(7_000);
  const at = held.browser.clock.now();
  assert.equal(held.client.state.detected?.why, 'buffered');
  assert.ok(at - (held.client.state.detected?.at ?? 0) < 2_000);
  held.client.stop();
});
