import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FakeBrowser } from './testing/fakebrowser';
import { listening, scene } from './testing/scene';
import type { TransportOption } from './types';

const transports: TransportOption[] = ['iframe', 'long-poll'];

function nothingLeft(browser: FakeBrowser): void {
  assert.equal(browser.clock.waiting, 0, 'timers');
  assert.equal(browser.fetches.size, 0, 'requests');
  assert.equal(browser.streams.size, 0, 'frames');
  assert.equal(browser.handlers, 0, 'handlers');
}

for (const transport of transports) {
  test(`An abort is final, and told once (${transport})`, async () => {
    const { client, browser, recorder, node, log, pass } = await listening({ transport });
    node.say({ event: 'abort', reason: 'signed-out', text: 'You have signed out.' }, true);
    await pass(10);
    assert.deepEqual(recorder.aborts, ['signed-out: You have signed out.']);
    assert.equal(client.state.phase, 'abort');
    nothingLeft(browser);
    const sent = browser.sent.length;
    client.start();
    client.retryNow();
    client.setTransport('auto');
    browser.tell('pageshow', true);
    log.publish('a', 'late');
    await pass(120_000);
    assert.equal(browser.sent.length, sent);
    assert.deepEqual(recorder.shown.get('a'), []);
  });

  test(`A request that is refused with 401 is an abort (${transport})`, async () => {
    const { client, browser, recorder, pass } = scene({ transport });
    browser.weather.answer = (url) =>
      url.endsWith('data') ? { status: 401, body: { detail: 'Sign in first.' } } : null;
    client.start();
    await pass(100);
    assert.deepEqual(recorder.aborts, ['signed-out: Sign in first.']);
    nothingLeft(browser);
  });

  test(`Stop leaves no timer, request, frame or handler behind, whenever it comes (${transport})`, async () => {
    for (let after = 0; after < 60; after += 1) {
      const { client, browser, recorder, pass } = scene({ transport });
      client.start();
      await pass(after);
      client.stop();
      await pass(0);
      nothingLeft(browser);
      const { length } = recorder.phases;
      await pass(60_000);
      assert.equal(recorder.phases.length, length);
      assert.equal(client.state.phase, 'null');
    }
  });

  test(`Stop while waiting after a failure leaves nothing behind (${transport})`, async () => {
    const { client, browser, pass } = scene({ transport });
    browser.weather.down = true;
    client.start();
    await pass(20);
    assert.equal(client.state.phase, 'error');
    client.stop();
    await pass(0);
    nothingLeft(browser);
  });

  test(`A stopped client can be started again and goes on where it was (${transport})`, async () => {
    const { client, recorder, log, pass } = await listening({ transport });
    log.publish('a', 'one');
    await pass(100);
    client.stop();
    log.publish('a', 'two');
    await pass(1_000);
    client.start();
    await pass(1_000);
    assert.deepEqual(recorder.shown.get('a'), ['one', 'two']);
    assert.equal(client.state.phase, 'listening');
    client.stop();
  });

  test(`A handler may stop the client in the middle of an answer (${transport})`, async () => {
    const { client, browser, recorder, log, pass } = scene({ transport });
    for (const payload of ['one', 'two', 'three']) log.publish('a', payload);
    recorder.during = () => client.stop();
    client.start();
    await pass(1_000);
    assert.deepEqual(recorder.shown.get('a'), ['one']);
    nothingLeft(browser);
    recorder.during = () => {};
    client.start();
    await pass(1_000);
    assert.deepEqual(recorder.shown.get('a'), ['one', 'two', 'three']);
    client.stop();
  });

  test(`A handler that throws is reported and stops nothing (${transport})`, async () => {
    const { client, browser, recorder, log, pass } = await listening({ transport });
    recorder.during = (_topic, seq) => {
      if (seq === 2) throw new Error('oops');
    };
    for (const payload of ['one', 'two', 'three']) log.publish('a', payload);
    await pass(1_000);
    assert.deepEqual(recorder.shown.get('a'), ['one', 'two', 'three']);
    assert.deepEqual(browser.reported.map(String), ['Error: oops']);
    assert.equal(client.state.phase, 'listening');
    client.stop();
  });

  test(`Leave ends the connections first and then says goodbye (${transport})`, async () => {
    const { client, browser, node, pass } = await listening({ transport });
    client.leave();
    assert.equal(browser.sent.at(-1), 'beacon with 0 open');
    await pass(100);
    assert.equal(node.operations.at(-1)?.op, 'leave');
    nothingLeft(browser);
    client.leave();
    assert.equal(browser.sent.filter((sent) => sent.startsWith('beacon')).length, 1);
  });
}

test('When the comet session is refused, the client joins anew', async () => {
  for (const status of [403, 404, 409, 410]) {
    const { client, browser, node, pass } = await listening({ transport: 'long-poll' });
    browser.weather.answer = (url) => (url.endsWith('data') ? { status, body: { detail: 'No.' } } : null);
    client.retryNow();
    await pass(20);
    browser.weather.answer = null;
    await pass(1_000);
    assert.equal(node.operations.filter(({ op }) => op === 'join').length, 2, String(status));
    assert.equal(client.state.phase, 'listening');
    client.stop();
  }
});

test('A proxy ends neither the sign-in nor the comet session', async () => {
  for (const transport of ['iframe', 'long-poll'] as const) {
    for (const status of [401, 403, 404, 409, 410]) {
      const { client, browser, node, recorder, pass } = await listening({ transport });
      browser.weather.answer = () => ({ status, body: '' });
      client.retryNow();
      for (const stream of browser.streams) stream.cut(true);
      await pass(2_000);
      browser.weather.answer = null;
      client.retryNow();
      await pass(1_000);
      assert.equal(client.state.phase, 'listening', `${transport}, ${status}`);
      assert.equal(node.operations.filter(({ op }) => op === 'join').length, 1);
      assert.deepEqual(recorder.aborts, []);
      client.stop();
    }
  }
});
