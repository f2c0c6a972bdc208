import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listening, scene } from './testing/scene';

test('A topic is added to a live stream by the control channel, all of one task in one request', async () => {
  const { client, browser, recorder, log, node, pass } = await listening();
  client.subscribe('b', recorder.openEmpty('b'));
  client.subscribe('c', recorder.openEmpty('c'));
  client.unsubscribe('a');
  await pass(20);
  assert.deepEqual(browser.sent, ['control', 'poll', 'stream', 'control']);
  assert.deepEqual(node.operations.slice(1), [
    { op: 'unsubscribe', topics: ['a'] },
    { op: 'subscribe', topics: { b: [1, 0], c: [1, 0] } },
  ]);
  for (const topic of ['a', 'b', 'c']) log.publish(topic, `to ${topic}`);
  await pass(10);
  assert.deepEqual([...recorder.shown.values()], [[], ['to b'], ['to c']]);
  client.stop();
});

test('A topic that was unsubscribed from is not shown, even if its events are on their way', async () => {
  const { client, recorder, log, pass } = await listening();
  log.publish('a', 'on its way');
  client.unsubscribe('a');
  await pass(100);
  assert.deepEqual(recorder.shown.get('a'), []);
  assert.deepEqual(recorder.unsubscribed, []);
  client.stop();
});

test('A topic that is subscribed to while the stream opens is told when it is open', async () => {
  const { client, recorder, log, pass } = scene();
  client.start();
  await pass(17);
  client.subscribe('b', recorder.openEmpty('b'));
  await pass(100);
  log.publish('b', 'one');
  await pass(10);
  assert.deepEqual(recorder.shown.get('b'), ['one']);
  client.stop();
});

test('A topic that is subscribed to again goes on from its new position', async () => {
  const { client, recorder, log, pass } = await listening();
  log.publish('a', 'one');
  await pass(10);
  client.unsubscribe('a');
  log.publish('a', 'two');
  await pass(100);
  client.subscribe('a', [1, 1]);
  await pass(100);
  assert.deepEqual(recorder.shown.get('a'), ['one', 'two']);
  client.stop();
});

test('A node that does not know the session is told everything by a new stream', async () => {
  const { client, recorder, node, log, pass } = await listening();
  node.sessions.clear();
  client.subscribe('b', recorder.openEmpty('b'));
  await pass(100);
  assert.deepEqual(node.requests.at(-1)?.have, { a: [1, 0], b: [1, 0] });
  log.publish('b', 'one');
  await pass(10);
  assert.deepEqual(recorder.shown.get('b'), ['one']);
  client.stop();
});

test('A node that knows the session but does not serve the stream is no help either', async () => {
  for (let seed = 1; seed <= 12; seed += 1) {
    const { client, recorder, log, pass } = await listening({ seed, nodes: 2 });
    client.subscribe('b', recorder.openEmpty('b'));
    await pass(1_000);
    log.publish('b', 'one');
    await pass(10);
    assert.deepEqual(recorder.shown.get('b'), ['one'], `seed ${seed}`);
    client.stop();
  }
});

test('A topic that is denied is told of once, at opening or on the live stream', async () => {
  const { client, recorder, log, pass } = scene();
  log.denied.add('a').add('b');
  client.start();
  await pass(100);
  assert.deepEqual(recorder.unsubscribed, ['a denied']);
  client.subscribe('b', recorder.openEmpty('b'));
  await pass(100);
  assert.deepEqual(recorder.unsubscribed, ['a denied', 'b denied']);
  client.stop();
});

test('A denial that is out of date does not end a new subscription', async () => {
  for (const transport of ['iframe', 'long-poll'] as const) {
    const { client, browser, recorder, log, pass } = scene({ transport });
    browser.weather.delay = [50, 50];
    log.denied.add('a');
    client.start();
    await pass(160);
    log.denied.clear();
    client.unsubscribe('a');
    client.subscribe('a', recorder.open('a'));
    await pass(1_000);
    assert.deepEqual(recorder.unsubscribed, []);
    log.publish('a', 'one');
    await pass(100);
    assert.deepEqual(recorder.shown.get('a'), ['one'], transport);
    client.stop();
  }
});

test('A topic that the server ends is told of with its reason, and shown no more', async () => {
  const { client, recorder, node, log, pass } = await listening();
  node.say({ event: 'unsubscribe-ack', topics: ['a'], why: 'removed' });
  log.publish('a', 'secret');
  await pass(100);
  assert.deepEqual(recorder.unsubscribed, ['a removed']);
  assert.deepEqual(recorder.shown.get('a'), []);
  client.stop();
});

test('The 257th topic is refused, and told of', async () => {
  const { client, recorder, node, pass } = scene();
  for (let i = 1; i <= 256; i += 1) client.subscribe(`t${i}`, [1, 0]);
  client.start();
  await pass(100);
  assert.deepEqual(recorder.unsubscribed, ['t256 limit']);
  assert.equal(Object.keys(node.requests.at(-1)?.have ?? {}).length, 256);
  client.unsubscribe('t1');
  client.subscribe('t256', [1, 0]);
  await pass(100);
  assert.deepEqual(recorder.unsubscribed, ['t256 limit']);
  client.stop();
});
