import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listening, scene } from './testing/scene';
import type { Scene } from './testing/scene';

const options = { transport: 'long-poll' } as const;

function pulls({ node }: Scene) {
  return node.requests.filter(({ mode }) => mode === 'pull');
}

test('A long-polling client polls first, and is listening at once', async () => {
  const { client, browser, recorder, log, pass } = scene(options);
  log.publish('a', 'one');
  client.start();
  await pass(25);
  assert.deepEqual(browser.sent, ['control', 'poll', 'pull']);
  assert.deepEqual(recorder.phases, ['ready', 'joined', 'listening long-poll']);
  assert.deepEqual(recorder.shown.get('a'), ['one']);
  client.stop();
});

test('Each request carries the cursors, and a number above the last', async () => {
  const made = await listening(options);
  const { client, node, log, pass } = made;
  log.publish('a', 'one');
  await pass(20);
  log.publish('a', undefined);
  await pass(20);
  assert.deepEqual(
    node.requests.map(({ n, event, have }) => [n, event, have.a]),
    [
      [1, 'listen', [1, 0]],
      [2, 'refresh', [1, 0]],
      [3, 'refresh', [1, 1]],
      [4, 'refresh', [1, 2]],
    ],
  );
  client.stop();
});

test('A request whose answer was lost is followed by a listen, for a refresh says that the last answer came', async () => {
  const { client, browser, node, log, recorder, pass } = await listening(options);
  browser.weather.loss = 1;
  log.publish('a', 'one');
  await pass(10);
  browser.weather.loss = 0;
  await pass(2_000);
  assert.deepEqual(recorder.shown.get('a'), ['one']);
  assert.deepEqual(
    node.requests.slice(2).map(({ event }) => event),
    ['listen', 'refresh'],
  );
  client.stop();
});

test('A page of many events is followed by the next at once', async () => {
  const { client, log, recorder, pass } = scene(options);
  for (let i = 1; i <= 900; i += 1) log.publish('a', i);
  client.start();
  await pass(1_000);
  assert.equal(recorder.shown.get('a')?.length, 900);
  assert.deepEqual(recorder.faults, []);
  client.stop();
});

test('A new topic breaks off the request that waits, once for all that change together', async () => {
  const made = await listening(options);
  const { client, recorder, log, pass } = made;
  client.subscribe('b', recorder.openEmpty('b'));
  client.subscribe('c', recorder.openEmpty('c'));
  await pass(20);
  assert.deepEqual(
    pulls(made).map(({ have }) => Object.keys(have)),
    [['a'], ['a', 'b', 'c']],
  );
  log.publish('c', 'one');
  await pass(10);
  assert.deepEqual(recorder.shown.get('c'), ['one']);
  client.stop();
});

test('A topic that is subscribed to during the first poll is followed', async () => {
  const { client, recorder, log, pass } = scene(options);
  client.start();
  await pass(12);
  client.subscribe('b', recorder.openEmpty('b'));
  await pass(50);
  assert.equal(client.state.phase, 'listening');
  log.publish('b', 'one');
  await pass(10);
  assert.deepEqual(recorder.shown.get('b'), ['one']);
  client.stop();
});

test('The wait that the server wants is kept', async () => {
  const made = await listening(options);
  const { client, node, pass } = made;
  const before = pulls(made).length;
  node.say({ event: 'refresh', in: 3_000, why: 'drain' });
  await pass(3_000);
  assert.equal(pulls(made).length, before);
  await pass(20);
  assert.equal(pulls(made).length, before + 1);
  client.stop();
});

test('A server that answers at once with nothing is not asked in a tight circle', async () => {
  const made = await listening(options);
  const { client, browser, pass } = made;
  const ack = { event: 'listen-ack', n: 1, heartbeat: 15_000, hold: 25_000, denied: [] };
  browser.weather.answer = (url) =>
    url.endsWith('data')
      ? { status: 200, body: { events: [ack, { event: 'heartbeat', time: 0 }], next: 0 } }
      : null;
  client.retryNow();
  const before = browser.sent.length;
  await pass(60_000);
  assert.ok(browser.sent.length - before < 40, `${browser.sent.length - before} requests in a minute`);
  client.stop();
});

test('An answer that is not ours is a failure, not a reason to ask at once', async () => {
  const { client, browser, pass } = await listening(options);
  browser.weather.answer = () => ({ status: 200, body: { welcome: 'to the hotel network' } });
  client.retryNow();
  await pass(20);
  assert.equal(client.state.phase, 'error');
  client.stop();
});

test('A hole is filled by the next request, and one that cannot be filled is loaded afresh', async () => {
  const { client, recorder, node, log, pass } = await listening(options);
  log.topic('a').payloads.push('one', 'two');
  node.say({ event: 'data', topic: 'a', epoch: 1, seq: 2, payload: 'two' });
  await pass(100);
  assert.deepEqual(recorder.shown.get('a'), ['one', 'two']);
  assert.deepEqual(recorder.gaps, []);
  for (let seq = 7; seq < 11; seq += 1) {
    node.say({ event: 'data', topic: 'a', epoch: 1, seq, payload: 'never stored' });
    await pass(100);
  }
  assert.deepEqual(recorder.gaps, ['a']);
  client.stop();
});

test('A request that nobody answers is given up some time after the hold', async () => {
  const made = await listening(options);
  const { client, browser, node, recorder, log, pass } = made;
  browser.weather.loss = 1;
  for (const session of node.sessions.values()) session.current = null;
  await pass(34_000);
  assert.equal(client.state.phase, 'listening');
  await pass(2_000);
  assert.equal(client.state.phase, 'error');
  browser.weather.loss = 0;
  log.publish('a', 'one');
  await pass(25_000);
  assert.deepEqual(recorder.shown.get('a'), ['one']);
  client.stop();
});
