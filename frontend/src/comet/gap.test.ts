import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listening, scene } from './testing/scene';
import type { TransportOption } from './types';

const transports: TransportOption[] = ['iframe', 'long-poll'];

for (const transport of transports) {
  test(`Too far behind, a topic is loaded afresh and goes on from there (${transport})`, async () => {
    const { client, recorder, log, pass } = scene({ transport });
    for (let i = 1; i <= 1_500; i += 1) log.publish('a', i);
    client.start();
    await pass(1_000);
    assert.deepEqual(recorder.gaps, ['a']);
    log.publish('a', 'next');
    await pass(100);
    assert.equal(recorder.shown.get('a')?.at(-1), 'next');
    assert.equal(recorder.shown.get('a')?.length, 1_501);
    client.stop();
  });

  test(`While a topic is loaded the others go on, and what comes meanwhile follows (${transport})`, async () => {
    const { client, browser, recorder, log, pass } = await listening({ transport });
    client.subscribe('b', recorder.openEmpty('b'));
    await pass(100);
    recorder.load = () => new Promise((resolve) => browser.time.after(5_000, resolve));
    log.publish('a', 'lost');
    await pass(100);
    log.restore('a', 1);
    await pass(1_000);
    assert.deepEqual(recorder.gaps, ['a']);
    const before = browser.sent.length;
    log.publish('b', 'one');
    log.publish('a', 'new one');
    await pass(100);
    assert.deepEqual(recorder.shown.get('b'), ['one']);
    await pass(3_500);
    assert.ok(browser.sent.length - before < 4, 'it is not asked for all the time');
    log.publish('a', 'new two');
    await pass(2_000);
    assert.deepEqual(recorder.shown.get('a'), ['new one', 'new two']);
    assert.deepEqual(recorder.gaps, ['a']);
    client.stop();
  });

  test(`What could not be loaded is loaded again, after a wait (${transport})`, async () => {
    const { client, browser, recorder, log, pass } = await listening({ transport });
    recorder.load = () => Promise.reject(new Error('not now'));
    log.restore('a', 0);
    log.publish('a', 'one');
    await pass(60_000);
    const { length } = recorder.gaps;
    assert.ok(length > 3 && length < 30, `${length} loads in a minute`);
    assert.equal(browser.reported.length, length);
    recorder.load = () => Promise.resolve();
    await pass(21_000);
    assert.deepEqual(recorder.shown.get('a'), ['one']);
    log.publish('a', 'two');
    await pass(100);
    assert.deepEqual(recorder.shown.get('a'), ['one', 'two']);
    client.stop();
  });

  test(`An event of another epoch says that the topic must be loaded afresh (${transport})`, async () => {
    const { client, recorder, node, log, pass } = await listening({ transport });
    log.publish('a', 'one');
    await pass(100);
    const topic = log.topic('a');
    topic.epoch = 2;
    topic.payloads = ['other one', 'other two'];
    node.say({ event: 'data', topic: 'a', epoch: 2, seq: 2, payload: 'other two' });
    await pass(1_000);
    assert.deepEqual(recorder.shown.get('a'), ['other one', 'other two']);
    assert.deepEqual(recorder.gaps, ['a']);
    client.stop();
  });

  test(`A load that ends after the topic was left is of no consequence (${transport})`, async () => {
    const { client, browser, recorder, log, pass } = await listening({ transport });
    recorder.load = () => new Promise((resolve) => browser.time.after(1_000, resolve));
    log.restore('a', 0);
    log.publish('a', 'one');
    await pass(500);
    client.unsubscribe('a');
    client.subscribe('a', recorder.open('a'));
    await pass(2_000);
    log.publish('a', 'two');
    await pass(100);
    assert.deepEqual(recorder.shown.get('a'), ['one', 'two']);
    assert.deepEqual(recorder.faults, []);
    client.stop();
  });
}
