import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listening, scene } from './testing/scene';
import type { Scene } from './testing/scene';

function count({ browser }: Scene, kind: string): number {
  return browser.sent.filter((sent) => sent === kind).length;
}

function only({ browser }: Scene) {
  assert.equal(browser.streams.size, 1);
  const [stream] = browser.streams;
  assert.ok(stream);
  return stream;
}

test('A client joins, polls and opens a stream at the same time, and then listens', async () => {
  const { client, browser, recorder, log, pass } = scene();
  log.publish('a', 'one');
  client.start();
  await pass(9);
  assert.deepEqual(browser.sent, ['control']);
  await pass(11);
  assert.deepEqual(browser.sent, ['control', 'poll', 'stream']);
  await pass(100);
  assert.deepEqual(recorder.phases, ['ready', 'joined', 'listening iframe']);
  log.publish('a', 'two');
  await pass(10);
  assert.deepEqual(recorder.shown.get('a'), ['one', 'two']);
  assert.deepEqual(recorder.faults, []);
  client.stop();
});

test('The content is there by the poll when the stream is held back', async () => {
  const { client, browser, recorder, log, pass } = scene();
  browser.weather.buffered = true;
  log.publish('a', 'one');
  client.start();
  await pass(50);
  assert.deepEqual(recorder.shown.get('a'), ['one']);
  client.stop();
});

test('The stream waits for the page to have loaded, the content does not', async () => {
  const { client, browser, recorder, log, pass } = scene();
  browser.complete = false;
  log.publish('a', 'one');
  client.start();
  await pass(1_000);
  assert.deepEqual(recorder.shown.get('a'), ['one']);
  assert.equal(browser.streams.size, 0);
  browser.complete = true;
  await pass(100);
  assert.equal(client.state.transport, 'iframe');
  client.stop();
});

test('A recycled stream is closed only when the next one is there', async () => {
  const made = await listening();
  const { client, browser, recorder, log, node, pass } = made;
  await pass(2_000);
  const old = only(made);
  node.say({ event: 'refresh', in: 0, why: 'recycle' });
  await pass(6);
  assert.equal(browser.streams.size, 2);
  assert.ok(browser.streams.has(old));
  log.publish('a', 'meanwhile');
  await pass(100);
  assert.ok(!browser.streams.has(old));
  assert.equal(browser.streams.size, 1);
  assert.equal(count(made, 'poll'), 1);
  assert.deepEqual(recorder.shown.get('a'), ['meanwhile']);
  assert.deepEqual(recorder.phases, ['ready', 'joined', 'listening iframe']);
  await pass(60_000);
  assert.equal(count(made, 'stream'), 2, 'the superseded stream does not come back');
  client.stop();
});

test('A client sent away by a draining server comes back when it was told to', async () => {
  const made = await listening();
  const { client, node, pass } = made;
  await pass(2_000);
  node.say({ event: 'refresh', in: 4_000, why: 'drain' });
  await pass(4_000);
  assert.equal(count(made, 'stream'), 1);
  await pass(100);
  assert.equal(count(made, 'stream'), 2);
  client.stop();
});

test('A stream that a stranger supersedes comes back, but not in a tight circle', async () => {
  const made = await listening();
  const { client, node, pass } = made;
  for (let i = 0; i < 600; i += 1) {
    node.say({ event: 'refresh', in: 0, why: 'superseded' }, true);
    await pass(100);
  }
  assert.ok(count(made, 'stream') < 30, `${count(made, 'stream')} streams in a minute`);
  await pass(30_000);
  assert.equal(client.state.phase, 'listening');
  client.stop();
});

test('A stream that is recycled as soon as it opens does not go round in a tight circle', async () => {
  const made = await listening();
  const { client, node, pass } = made;
  for (let i = 0; i < 600; i += 1) {
    node.say({ event: 'refresh', in: 0, why: 'recycle' });
    await pass(100);
  }
  assert.ok(count(made, 'stream') < 80, `${count(made, 'stream')} streams in a minute`);
  client.stop();
});

test('A connection that ends without a word is opened again, with the cursors', async () => {
  const made = await listening();
  const { client, recorder, log, node, pass } = made;
  log.publish('a', 'one');
  await pass(10);
  only(made).cut(true);
  log.publish('a', 'two');
  await pass(1_000);
  assert.deepEqual(recorder.phases.slice(-3), ['listening iframe', 'error', 'listening iframe']);
  assert.deepEqual(node.requests.at(-1)?.have, { a: [1, 1] });
  assert.deepEqual(recorder.shown.get('a'), ['one', 'two']);
  client.stop();
});

test('A cut that the browser does not tell of is noticed by the silence', async () => {
  const made = await listening();
  const { client, recorder, log, pass } = made;
  only(made).cut();
  log.publish('a', 'one');
  await pass(20_000);
  assert.deepEqual(recorder.shown.get('a'), ['one']);
  assert.equal(client.state.phase, 'listening');
  client.stop();
});

test('A silent stream is given up when the server does not answer on the control channel either', async () => {
  const made = await listening();
  const { client, browser, pass } = made;
  only(made).cut();
  browser.weather.down = true;
  await pass(25_000);
  assert.equal(client.state.phase, 'error');
  client.stop();
});

test('However seldom the server wants to give signs of life, 40 s without one are looked into', async () => {
  const made = scene();
  const { client, browser, recorder, log, node, pass } = made;
  node.heartbeat = 300_000;
  client.start();
  await pass(100);
  for (const stream of browser.streams) stream.cut();
  log.publish('a', 'one');
  await pass(41_000);
  assert.deepEqual(recorder.shown.get('a'), ['one']);
  client.stop();
});

test('An error event ends the connection, and the client waits before it comes back', async () => {
  const made = await listening();
  const { client, recorder, node, pass } = made;
  node.say({ event: 'error', code: 'unavailable', text: 'Not now.' }, true);
  await pass(5);
  assert.equal(client.state.phase, 'error');
  assert.equal(made.browser.streams.size, 0);
  await pass(1_000);
  assert.equal(recorder.phases.at(-1), 'listening iframe');
  client.stop();
});

test('An event that is not known, or not whole, does no harm', async () => {
  const { client, recorder, log, node, pass } = await listening();
  node.say({ event: 'surprise' });
  node.say({ event: 'data', topic: 'a', epoch: 1, seq: 'x', payload: 1 });
  node.say({ event: 'data', topic: 'unheard-of', epoch: 1, seq: 1, payload: 1 });
  log.publish('a', 'one');
  await pass(10);
  assert.deepEqual(recorder.shown.get('a'), ['one']);
  client.stop();
});

test('A hole is filled before what follows is shown', async () => {
  const { client, recorder, log, node, pass } = await listening();
  await pass(1_000);
  const { payloads } = log.topic('a');
  payloads.push('one', 'two');
  node.say({ event: 'data', topic: 'a', epoch: 1, seq: 2, payload: 'two' });
  await pass(5);
  assert.deepEqual(recorder.shown.get('a'), []);
  await pass(100);
  assert.deepEqual(recorder.shown.get('a'), ['one', 'two']);
  assert.deepEqual(recorder.gaps, []);
  client.stop();
});

test('A handler that unsubscribes, or stops, is not given what had come early', async () => {
  for (const leave of ['unsubscribe', 'stop'] as const) {
    const { client, recorder, log, node, pass } = await listening();
    await pass(1_000);
    log.topic('a').payloads.push('one', 'two', 'three');
    for (const [seq, payload] of [
      [2, 'two'],
      [3, 'three'],
    ]) {
      node.say({ event: 'data', topic: 'a', epoch: 1, seq, payload });
    }
    recorder.during = () => (leave === 'stop' ? client.stop() : client.unsubscribe('a'));
    await pass(1_000);
    assert.deepEqual(recorder.shown.get('a'), ['one'], leave);
    client.stop();
  }
});

test('A stream full of holes is not opened again in a tight circle', async () => {
  const made = await listening();
  const { client, node, pass } = made;
  for (let i = 0; i < 200; i += 1) {
    node.say({ event: 'data', topic: 'a', epoch: 1, seq: 10 + i, payload: 'never stored' });
    await pass(50);
  }
  assert.ok(count(made, 'stream') < 15, `${count(made, 'stream')} streams in 10 s`);
  client.stop();
});

test('A hole that cannot be filled is loaded afresh in the end', async () => {
  const { client, recorder, node, pass } = await listening();
  node.say({ event: 'data', topic: 'a', epoch: 1, seq: 7, payload: 'never stored' });
  await pass(60_000);
  node.say({ event: 'data', topic: 'a', epoch: 1, seq: 7, payload: 'never stored' });
  await pass(1_000);
  for (let i = 0; i < 3; i += 1) {
    node.say({ event: 'data', topic: 'a', epoch: 1, seq: 8 + i, payload: 'never stored' });
    await pass(1_000);
  }
  assert.deepEqual(recorder.gaps, ['a']);
  assert.deepEqual(recorder.shown.get('a'), []);
  client.stop();
});

test('An error that says when to come back is obeyed, and is not held against the stream', async () => {
  const busy = { event: 'error', code: 'busy', text: 'Too much at once.', in: 4_000 };
  const made = await listening();
  const { client, browser, node, pass } = made;
  for (let i = 0; i < 4; i += 1) {
    await pass(1_000);
    const before = count(made, 'stream');
    node.say(busy, true);
    await pass(3_900);
    assert.equal(count(made, 'stream'), before);
    assert.equal(client.state.phase, 'error');
    // The next one is refused before it begins.
    browser.weather.answer = (url) => (url === 'stream' ? { status: 200, body: busy } : null);
    await pass(16_000);
    assert.ok(count(made, 'stream') > before);
    assert.ok(count(made, 'stream') <= before + 4);
    browser.weather.answer = null;
    await pass(30_000);
    assert.equal(client.state.transport, 'iframe');
  }
  client.stop();
});

test('A stream that is too many polls for half a minute, and then streams again', async () => {
  const made = await listening();
  const { client, recorder, log, node, pass } = made;
  node.say({ event: 'refresh', in: 0, why: 'crowded' }, true);
  await pass(100);
  assert.equal(client.state.transport, 'poll');
  log.publish('a', 'one');
  await pass(3_000);
  assert.deepEqual(recorder.shown.get('a'), ['one']);
  assert.equal(count(made, 'stream'), 1);
  await pass(31_000);
  assert.equal(client.state.transport, 'iframe');
  client.stop();
});
