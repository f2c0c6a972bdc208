import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listening } from './testing/scene';
import type { TransportOption } from './types';

const transports: TransportOption[] = ['iframe', 'long-poll'];

for (const transport of transports) {
  test(`When the network is back the client polls at once (${transport})`, async () => {
    const { client, browser, recorder, log, pass } = await listening({ transport });
    for (const stream of browser.streams) stream.cut();
    const before = browser.sent.length;
    log.publish('a', 'one');
    browser.tell('online');
    await pass(20);
    assert.equal(browser.sent[before], 'poll');
    assert.deepEqual(recorder.shown.get('a'), ['one']);
    await pass(1_000);
    assert.equal(client.state.phase, 'listening');
    client.stop();
  });

  test(`A page that the browser had frozen looks at once whether its connection lives (${transport})`, async () => {
    const { client, browser, recorder, log, pass } = await listening({ transport });
    await browser.time.sleep(5_000);
    for (const stream of browser.streams) stream.cut();
    const before = browser.sent.length;
    log.publish('a', 'one');
    browser.tell('resume');
    await pass(20);
    assert.equal(browser.sent[before], 'poll');
    assert.deepEqual(recorder.shown.get('a'), ['one']);
    await pass(1_000);
    assert.equal(client.state.phase, 'listening');
    client.stop();
  });

  test(`A page that is looked at again polls after more than 15 s of silence, and not before (${transport})`, async () => {
    const { client, browser, pass } = await listening({ transport });
    await pass(14_000);
    let before = browser.sent.length;
    browser.tell('visibilitychange');
    await pass(100);
    assert.equal(browser.sent.length, before);
    for (const stream of browser.streams) stream.cut();
    await pass(3_000);
    before = browser.sent.length;
    browser.visible = false;
    browser.tell('visibilitychange');
    await pass(100);
    assert.equal(browser.sent.length, before, 'hidden');
    browser.visible = true;
    browser.tell('visibilitychange');
    await pass(100);
    assert.equal(browser.sent[before], 'poll');
    client.stop();
  });

  test(`A wake-up poll that is not answered within 5 s means that the connection is gone (${transport})`, async () => {
    const { client, browser, pass } = await listening({ transport });
    browser.weather.delay = [60_000, 60_000];
    browser.tell('online');
    await pass(4_900);
    assert.equal(client.state.phase, 'listening');
    await pass(200);
    assert.equal(client.state.phase, 'error');
    browser.weather.delay = [5, 5];
    // The next try may have set out before it got better.
    await pass(15_000);
    assert.equal(client.state.phase, 'listening');
    client.stop();
  });

  test(`A page that wakes to dead connections asks thrice within 5 s (${transport})`, async () => {
    const { client, browser, recorder, log, pass } = await listening({ transport });
    await browser.time.sleep(5_000);
    for (const stream of browser.streams) stream.cut();
    log.publish('a', 'one');
    browser.weather.delay = [60_000, 60_000];
    browser.tell('resume');
    await pass(3_300);
    browser.weather.delay = [5, 5];
    await pass(200);
    assert.deepEqual(recorder.shown.get('a'), ['one']);
    assert.equal(client.state.phase, 'listening');
    assert.equal(recorder.phases.includes('error'), false);
    client.stop();
  });

  test(`Where answers usually take long a page that wakes waits as long for one (${transport})`, async () => {
    const { client, browser, recorder, log, pass } = await listening({ transport });
    browser.weather.delay = [1_000, 1_000];
    const ping = client.ping();
    await pass(3_000);
    await ping;
    for (const stream of browser.streams) stream.cut();
    log.publish('a', 'one');
    browser.tell('online');
    await pass(2_100);
    assert.deepEqual(recorder.shown.get('a'), ['one']);
    client.stop();
  });

  test(`A visible page finds by its clock that the machine slept (${transport})`, async () => {
    const { client, browser, recorder, log, pass } = await listening({ transport });
    await pass(1_000);
    for (const stream of browser.streams) stream.cut();
    log.publish('a', 'one');
    // Timers stand still meanwhile, so that only what is left of each is waited for.
    browser.clock.wrong += 3_600_000;
    await pass(3_000);
    assert.deepEqual(recorder.shown.get('a'), ['one']);
    assert.equal(client.state.phase, 'listening');
    client.stop();
  });

  test(`Whoever misses something finds a connection that was cut at once (${transport})`, async () => {
    const { client, browser, node, recorder, log, pass } = await listening({ transport });
    for (const stream of browser.streams) stream.cut();
    for (const session of node.sessions.values()) session.current = null;
    log.publish('a', 'one');
    await pass(2_000);
    assert.deepEqual(recorder.shown.get('a') ?? [], []);
    client.look();
    await pass(100);
    assert.deepEqual(recorder.shown.get('a'), ['one']);
    assert.equal(client.state.phase, 'listening');
    client.stop();
  });

  test(`While it waits after a failure, the network or the person ends the wait (${transport})`, async () => {
    for (const event of ['online', 'visibilitychange'] as const) {
      const { client, browser, pass } = await listening({ transport });
      browser.weather.down = true;
      client.retryNow();
      for (const stream of browser.streams) stream.cut(true);
      await pass(60_000);
      assert.equal(client.state.phase, 'error');
      browser.weather.down = false;
      browser.tell(event);
      await pass(50);
      assert.equal(client.state.phase, 'listening', event);
      client.stop();
    }
  });

  test(`A page that goes ends its connection first, then says goodbye (${transport})`, async () => {
    const { client, browser, node, pass } = await listening({ transport });
    browser.tell('pagehide', true);
    assert.equal(browser.sent.at(-1), 'beacon with 0 open');
    assert.equal(client.state.phase, 'ready');
    await pass(60_000);
    assert.equal(node.operations.at(-1)?.op, 'leave');
    assert.equal(browser.clock.waiting, 0);
    client.stop();
  });

  test(`A page that comes back from the cache joins anew and shows what it missed (${transport})`, async () => {
    const { client, browser, recorder, node, log, pass } = await listening({ transport });
    browser.tell('pagehide', true);
    log.publish('a', 'one');
    await pass(10_000);
    browser.tell('pageshow', false);
    await pass(100);
    assert.equal(client.state.phase, 'ready');
    browser.tell('pageshow', true);
    await pass(100);
    assert.equal(client.state.phase, 'listening');
    assert.equal(node.operations.filter(({ op }) => op === 'join').length, 2);
    assert.deepEqual(recorder.shown.get('a'), ['one']);
    client.stop();
  });

  test(`After the machine slept the client finds what is new (${transport})`, async () => {
    const { client, browser, recorder, log, pass } = await listening({ transport });
    for (const stream of browser.streams) stream.cut();
    log.publish('a', 'one');
    await browser.time.sleep(3_600_000);
    await pass(2_000);
    assert.deepEqual(recorder.shown.get('a'), ['one']);
    assert.equal(client.state.phase, 'listening');
    client.stop();
  });
}

test('Late timers of a hidden tab do no harm to a stream that lives', async () => {
  const { client, browser, recorder, pass } = await listening();
  browser.visible = false;
  browser.tell('visibilitychange');
  for (let i = 0; i < 20; i += 1) {
    // Heartbeats come in time, our own timers once a minute.
    browser.clock.late = 60_000;
    await pass(60_000);
  }
  browser.clock.late = 0;
  assert.deepEqual(browser.sent, ['control', 'poll', 'stream']);
  assert.deepEqual(recorder.phases, ['ready', 'joined', 'listening iframe']);
  client.stop();
});
