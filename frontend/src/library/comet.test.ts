import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeBrowser } from '../comet/testing/fakebrowser';
import { FakeLog } from '../comet/testing/fakelog';
import { FakeNode } from '../comet/testing/fakenode';
import { FakeTabs } from '../comet/testing/faketabs';
import type * as published from './client';
import type { CometEvent, CometOptions, Cursor } from './client';
import { Comet } from './comet';

// What the page is told it gets is what it gets.
const typed: typeof published.Comet = Comet;

/** A page with the client in a browser connected to a server, and all that the page was told. */
function page(options: CometOptions = {}) {
  const log = new FakeLog();
  const node = new FakeNode('node1', log);
  const browser = new FakeBrowser([node]);
  const shown: string[] = [];
  const events: CometEvent[] = [];
  const comet = new Comet(
    {
      onData: (topic, payload, { epoch, seq }) => void shown.push(`${topic} ${payload} ${epoch}.${seq}`),
      onEvent: (event) => void events.push(event),
      ...options,
    },
    browser,
  );
  const named = <E extends CometEvent['event']>(name: E) =>
    events.filter((event): event is Extract<CometEvent, { event: E }> => event.event === name);
  const states = () => named('state').map(({ state }) => state);
  return {
    log,
    node,
    browser,
    shown,
    events,
    comet,
    named,
    states,
    pass: browser.time.pass.bind(browser.time),
  };
}

/** What becomes of a promise that nobody awaits while time has to pass. */
function outcome(promise: Promise<unknown>): { text: string } {
  const result = { text: 'pending' };
  promise.then(
    () => {
      result.text = 'done';
    },
    (error: Error) => {
      result.text = error.message;
    },
  );
  return result;
}

test('Joins, subscribes and listens, one after the other', async () => {
  const { comet, log, pass, shown, states, named } = page();
  assert.equal(comet.state, 'null');
  const joined = outcome(comet.join());
  await pass(1);
  assert.equal(comet.state, 'ready');
  await pass(100);
  assert.equal(joined.text, 'done');
  assert.equal(comet.state, 'joined');
  assert.equal(comet.transport, null);
  log.publish('room:3', 'too early');
  comet.subscribe('room:3');
  log.publish('room:3', 'before listening');
  comet.listen();
  await pass(100);
  assert.equal(comet.state, 'listening');
  assert.equal(comet.transport, 'iframe');
  log.publish('room:3', 'hello');
  log.publish('room:3', 'world');
  await pass(100);
  assert.deepEqual(shown, ['room:3 hello 1.3', 'room:3 world 1.4']);
  assert.deepEqual(states(), ['ready', 'joined', 'listening']);
  assert.deepEqual(named('subscribe-ack'), [{ event: 'subscribe-ack', topics: { 'room:3': [1, 2] } }]);
  assert.deepEqual(named('gap'), []);
  comet.leave();
});

test('Its methods may be called in any order', async () => {
  const orders: ((comet: Comet) => void)[][] = [
    [(c) => c.subscribe('a', [1, 0]), (c) => c.listen()],
    [(c) => c.listen(), (c) => c.subscribe('a', [1, 0])],
    [(c) => c.listen(), (c) => c.subscribe('a', [1, 0]), (c) => void c.join()],
    [(c) => c.subscribe('a', [1, 0]), (c) => void c.join(), (c) => c.listen(), (c) => c.listen()],
    [(c) => c.leave(), (c) => c.unsubscribe('a'), (c) => c.subscribe('a', [1, 0]), (c) => c.listen()],
    [(c) => c.listen(), (c) => c.leave(), (c) => c.subscribe('a', [1, 0]), (c) => c.listen()],
  ];
  for (const transport of ['iframe', 'long-poll'] as const) {
    for (const [i, order] of orders.entries()) {
      for (const wait of [0, 100]) {
        const { comet, log, pass, shown, browser } = page({ transport });
        log.publish('a', 'one');
        for (const call of order) {
          call(comet);
          await pass(wait);
        }
        await pass(100);
        log.publish('a', 'two');
        await pass(200);
        assert.deepEqual(shown, ['a one 1.1', 'a two 1.2'], `${transport}, order ${i}, ${wait} ms between`);
        comet.leave();
        await pass(100);
        assert.equal(browser.fetches.size + browser.streams.size, 0);
        assert.deepEqual(browser.reported, []);
      }
    }
  }
});

test('A topic without a cursor begins from now on, also one that is empty', async () => {
  for (const transport of ['iframe', 'long-poll'] as const) {
    const { comet, log, pass, shown, named } = page({ transport });
    for (let i = 1; i <= 5; i += 1) log.publish('old', i);
    comet.subscribe('old');
    comet.subscribe('empty');
    comet.listen();
    log.publish('later', 'before');
    await pass(100);
    comet.subscribe('later');
    await pass(100);
    log.publish('old', 'next');
    log.publish('empty', 'first');
    log.publish('later', 'after');
    await pass(100);
    assert.deepEqual(shown, ['old next 1.6', 'empty first 1.1', 'later after 1.2']);
    assert.deepEqual(Object.assign({}, ...named('subscribe-ack').map(({ topics }) => topics)), {
      old: [1, 5],
      empty: [1, 0],
      later: [1, 1],
    });
    comet.leave();
  }
});

test('To subscribe twice changes nothing, but with a cursor it goes on from there', async () => {
  const { comet, log, pass, shown, named } = page();
  comet.subscribe('a', [1, 0]);
  comet.listen();
  log.publish('a', 'one');
  await pass(100);
  comet.subscribe('a');
  log.publish('a', 'two');
  await pass(100);
  assert.deepEqual(named('subscribe-ack'), []);
  comet.subscribe('a', [1, 0]);
  await pass(100);
  assert.deepEqual(shown, ['a one 1.1', 'a two 1.2', 'a one 1.1', 'a two 1.2']);
  comet.leave();
});

test('Nothing comes of a topic after unsubscribe', async () => {
  const { comet, log, pass, shown } = page();
  comet.subscribe('a', [1, 0]);
  comet.listen();
  await pass(100);
  log.publish('a', 'under way');
  comet.unsubscribe('a');
  await pass(100);
  assert.deepEqual(shown, []);
  comet.leave();
});

test('After leave it says nothing more, and goes on after the last event when it comes back', async () => {
  const { comet, log, node, pass, shown, states } = page();
  comet.subscribe('a', [1, 0]);
  comet.subscribe('b');
  comet.listen();
  await pass(100);
  log.publish('a', 'one');
  await pass(100);
  comet.leave();
  assert.equal(comet.state, 'null');
  log.publish('a', 'two');
  log.publish('b', 'two');
  await pass(100);
  assert.deepEqual(shown, ['a one 1.1']);
  assert.equal(node.sessions.size, 0);
  const joined = outcome(comet.join());
  await pass(100);
  assert.equal(joined.text, 'done');
  assert.deepEqual(shown, ['a one 1.1']);
  comet.listen();
  await pass(100);
  assert.deepEqual(shown, ['a one 1.1', 'a two 1.2', 'b two 1.1']);
  assert.deepEqual(states(), ['ready', 'joined', 'listening', 'null', 'ready', 'joined', 'listening']);
  comet.leave();
});

test('A gap is told of; without onGap it goes on after it', async () => {
  const { comet, log, pass, shown, named } = page();
  for (let i = 1; i <= 1_500; i += 1) log.publish('a', i);
  comet.subscribe('a', [1, 2]);
  comet.listen();
  await pass(100);
  log.publish('a', 'next');
  await pass(100);
  assert.deepEqual(shown, ['a next 1.1501']);
  assert.deepEqual(named('gap'), [{ event: 'gap', topic: 'a', epoch: 1, seq: 1_500 }]);
  comet.leave();
});

test('With onGap it goes on from what that has loaded, however long it takes', async () => {
  const asked: unknown[] = [];
  let load: (cursor: Cursor) => void = () => {};
  const { comet, log, pass, shown } = page({
    onGap: (topic, at) => {
      asked.push([topic, at]);
      return new Promise((resolve) => {
        load = resolve;
      });
    },
  });
  log.publish('a', 'one');
  comet.subscribe('a', [7, 3]);
  comet.listen();
  await pass(100);
  log.publish('a', 'two');
  log.publish('a', 'three');
  await pass(1_000);
  assert.deepEqual(shown, []);
  load([1, 2]);
  await pass(100);
  assert.deepEqual(asked, [['a', { epoch: 1, seq: 1 }]]);
  assert.deepEqual(shown, ['a three 1.3']);
  comet.leave();
});

test('An onGap that fails, or returns what is no cursor, is asked again', async () => {
  const answers = [() => Promise.reject(new Error('not now')), () => 5, () => [1, 1]];
  const { comet, log, pass, browser, shown } = page({
    onGap: () => answers.shift()?.() as unknown as Cursor,
  });
  log.publish('a', 'one');
  comet.subscribe('a', [7, 3]);
  comet.listen();
  await pass(60_000);
  log.publish('a', 'two');
  await pass(100);
  assert.deepEqual(shown, ['a two 1.2']);
  assert.deepEqual(
    browser.reported.map((error) => (error as Error).name),
    ['Error', 'TypeError'],
  );
  comet.leave();
});

test('A topic that is restored while nobody listens is a gap when it comes back', async () => {
  const { comet, log, pass, shown, named } = page();
  comet.subscribe('a', [1, 0]);
  comet.listen();
  log.publish('a', 'one');
  await pass(100);
  comet.leave();
  log.restore('a', 1);
  comet.listen();
  await pass(100);
  log.publish('a', 'another one');
  await pass(100);
  assert.deepEqual(shown, ['a one 1.1', 'a another one 2.1']);
  assert.deepEqual(named('gap'), [{ event: 'gap', topic: 'a', epoch: 2, seq: 0 }]);
  comet.leave();
});

test('Everything that is not data is an event with a name', async () => {
  const { comet, log, node, pass, events } = page();
  log.denied.add('secret');
  comet.subscribe('a', [1, 0]);
  comet.subscribe('secret');
  comet.listen();
  await pass(100);
  log.notice('2', 'signed-in', 5);
  node.say({ event: 'hint', key: 'read:3', payload: { number: 4 } });
  node.say({ event: 'unsubscribe-ack', topics: ['a'], why: 'removed' });
  await pass(100);
  assert.deepEqual(
    events.filter((event) => event.event !== 'state'),
    [
      { event: 'unsubscribe-ack', topics: ['secret'], why: 'denied' },
      {
        event: 'presence',
        snapshot: true,
        states: { 2: 'signed-in' },
        notices: [{ user: '2', notice: 'signed-in', time: 5 }],
        here: {},
      },
      { event: 'hint', key: 'read:3', payload: { number: 4 } },
      { event: 'unsubscribe-ack', topics: ['a'], why: 'removed' },
    ],
  );
  comet.subscribe('a', [1, 0]);
  log.publish('a', 'again');
  await pass(100);
  assert.equal(comet.state, 'listening');
  comet.leave();
});

test('What the page shows and whether it is used is kept, told, and told again after leaving', async () => {
  const { comet, log, node, named, pass } = page();
  comet.view(['12', '5', '12'], '7');
  comet.activity('idle');
  comet.typing('room:7');
  comet.subscribe('room:7', [1, 0]);
  log.count('7', 4_312);
  comet.listen();
  await pass(100);
  assert.deepEqual(node.views, [{ people: ['12', '5'], room: '7', idle: true }]);
  assert.deepEqual(
    named('presence').map(({ here }) => here),
    [{ 7: 4_312 }],
  );
  comet.view(['5'], null);
  comet.activity('active');
  comet.typing('room:7');
  await pass(500);
  assert.deepEqual(node.views, [{ people: ['5'], room: null, idle: false }]);
  const typed = node.operations.filter(({ state }) => state === 'typing');
  assert.deepEqual(typed, [{ op: 'activity', state: 'typing', topic: 'room:7' }]);
  comet.leave();
  comet.listen();
  await pass(200);
  assert.deepEqual(node.views, [{ people: ['5'], room: null, idle: false }]);
  comet.leave();
});

test('What cannot be told is refused where it is said', () => {
  const { comet } = page();
  const wrong = (value: unknown) => value as string;
  assert.throws(() => comet.view(['a b'], null), TypeError);
  assert.throws(() => comet.view([wrong(12)], null), TypeError);
  assert.throws(() => comet.view(wrong('12') as unknown as string[], null), TypeError);
  assert.throws(() => comet.view([], ''), TypeError);
  assert.throws(() => comet.view([], wrong(undefined)), TypeError);
  assert.throws(() => comet.activity('busy' as 'idle'), TypeError);
  assert.throws(() => comet.typing(''), TypeError);
});

test('The end is told of, join fails then, and begins anew later', async () => {
  const { comet, browser, log, node, pass, events, shown } = page();
  comet.subscribe('a', [1, 0]);
  comet.listen();
  await pass(100);
  node.say({ event: 'abort', reason: 'signed-out', text: 'You are signed out.' });
  await pass(100);
  assert.equal(comet.state, 'abort');
  assert.deepEqual(events.at(-1), { event: 'abort', reason: 'signed-out', text: 'You are signed out.' });
  browser.weather.answer = () => ({ status: 401, body: { detail: 'Sign in first.' } });
  const refused = outcome(comet.join());
  await pass(1_000);
  assert.equal(refused.text, 'Sign in first.');
  assert.equal(comet.state, 'abort');
  browser.weather.answer = null;
  const joined = outcome(comet.join());
  await pass(1_000);
  assert.equal(joined.text, 'done');
  log.publish('a', 'one');
  await pass(100);
  assert.deepEqual(shown, ['a one 1.1']);
  comet.leave();
});

test('Join waits for a server that is away, and ends when the page leaves', async () => {
  const { comet, browser, pass, named } = page();
  browser.weather.down = true;
  const joined = outcome(comet.join());
  await pass(30_000);
  assert.equal(joined.text, 'pending');
  assert.equal(comet.state, 'error');
  assert.ok(named('state').some(({ state, retryAt }) => state === 'error' && retryAt !== null));
  browser.weather.down = false;
  await pass(25_000);
  assert.equal(joined.text, 'done');
  comet.leave();
  browser.weather.down = true;
  const left = outcome(comet.join());
  await pass(100);
  comet.leave();
  await pass(100);
  assert.equal(left.text, 'The page has left.');
});

test('A handler that fails is reported and stops nothing', async () => {
  const { comet, browser, log, pass, shown } = page({
    onEvent: () => {
      throw new Error('of onEvent');
    },
    onData: (_topic, payload) => {
      shown.push(String(payload));
      throw new Error('of onData');
    },
  });
  comet.subscribe('a', [1, 0]);
  comet.listen();
  log.publish('a', 'one');
  log.publish('a', 'two');
  await pass(100);
  assert.deepEqual(shown, ['one', 'two']);
  assert.ok(browser.reported.length >= 4);
  comet.leave();
  comet.listen();
  await pass(100);
  assert.deepEqual(shown, ['one', 'two']);
  comet.leave();
});

test('Ping measures a request, and what is not right is refused at once', async () => {
  const { comet, pass } = page();
  assert.equal(outcome(comet.ping()).text, 'pending');
  await assert.rejects(comet.ping(), /Join first/);
  await Promise.all([comet.join(), pass(100)]);
  const [took] = await Promise.all([comet.ping(), pass(100)]);
  assert.equal(took, 10);
  for (const cursor of [[1], [1, -1], [1, 0.5], ['1', 2], 'room', null]) {
    assert.throws(() => comet.subscribe('a', cursor as unknown as Cursor), TypeError);
  }
  assert.throws(() => comet.subscribe('', [1, 0]), TypeError);
  assert.throws(() => comet.subscribe(3 as unknown as string), TypeError);
  comet.leave();
});

test('Pages with the same word share one connection, each with topics of its own', async () => {
  for (const secure of [true, false]) {
    const tabs = new FakeTabs({ secure });
    for (let i = 1; i <= 5; i += 1) tabs.log.publish('both', i);
    const pages = [['a', 'both'], ['b', 'both'], ['a']].map((topics) => {
      const tab = tabs.open([], 'other');
      tab.client.stop();
      const shown: string[] = [];
      const comet = new Comet(
        { onData: (topic, payload, { seq }) => void shown.push(`${topic} ${payload} ${seq}`) },
        tab.browser,
      );
      for (const topic of topics) comet.subscribe(topic);
      return { tab, comet, shown };
    });
    for (const { comet } of pages) {
      comet.listen();
      await tabs.pass(2_000);
    }
    assert.equal(tabs.holders.length, 1);
    for (const topic of ['a', 'b', 'both']) tabs.log.publish(topic, 'new');
    await tabs.pass(2_000);
    assert.deepEqual(
      pages.map(({ shown }) => shown),
      [['a new 1', 'both new 6'], ['b new 1', 'both new 6'], ['a new 1']],
    );
    for (const { comet } of pages) assert.equal(comet.state, 'listening');
    pages[0]?.comet.leave();
    await tabs.pass(5_000);
    tabs.log.publish('both', 'newer');
    await tabs.pass(2_000);
    assert.deepEqual(pages[1]?.shown.at(-1), 'both newer 7');
    assert.equal(pages[0]?.shown.length, 2);
    for (const { comet } of pages) comet.leave();
    await tabs.pass(5_000);
    for (const { tab } of pages) assert.deepEqual(tab.browser.reported, []);
  }
});

test('Pages of whoever was signed in before are not listened to', async () => {
  for (const scope of [undefined, 'board', '1']) {
    const tabs = new FakeTabs();
    const pages = [1, 2, 2].map((person) => {
      const { browser, client } = tabs.open([], 'other');
      client.stop();
      browser.person = person;
      const comet = new Comet(scope === undefined ? {} : { scope }, browser);
      return { browser, comet };
    });
    for (const { comet } of pages) {
      comet.subscribe('a');
      comet.listen();
      await tabs.pass(2_000);
    }
    assert.deepEqual(
      pages.map(({ browser }) => browser.streams.size),
      [1, 1, 0],
      `with the word ${scope}`,
    );
    for (const { comet } of pages) comet.leave();
  }
});

test('A page asks again who is signed in when it begins anew', async () => {
  const tabs = new FakeTabs();
  const { browser, client, recorder } = tabs.open([], '2');
  const other = tabs.open([], 'other');
  other.client.stop();
  await tabs.pass(1_000);
  const comet = new Comet({ scope: '2' }, other.browser);
  comet.listen();
  await tabs.pass(2_000);
  assert.equal(other.browser.streams.size, 1, 'the word is of another person');
  other.browser.tell('pagehide');
  comet.leave();
  other.browser.person = 2;
  comet.listen();
  await tabs.pass(2_000);
  assert.deepEqual([browser.streams.size, other.browser.streams.size], [1, 0], 'it shares with the chat');
  assert.equal(comet.state, 'listening');
  assert.deepEqual(recorder.aborts, []);
  comet.leave();
  client.stop();
});

test('Who is signed in is asked for beside the control channel, and again until the server tells', async () => {
  for (const [options, address] of [
    [{}, '/api/v1/me'],
    [{ control: '/chat/comet/control' }, '/chat/api/v1/me'],
    [{ control: '/chat/comet/control', me: '/who' }, '/who'],
  ] as const) {
    const asked: string[] = [];
    const { comet, browser, pass, states } = page(options);
    let broken = true;
    browser.weather.answer = (url) => {
      if (url.endsWith('control')) return null;
      asked.push(url);
      return broken ? { status: 200, body: '<p>Log in to the hotel</p>' } : null;
    };
    const joined = outcome(comet.join());
    await pass(5_000);
    assert.deepEqual([joined.text, comet.state], ['pending', 'error']);
    assert.equal(comet.transport, null);
    await assert.rejects(comet.ping(), /Join first/);
    broken = false;
    browser.weather.answer = null;
    await pass(25_000);
    assert.deepEqual([joined.text, comet.state], ['done', 'joined']);
    assert.deepEqual(states().slice(0, 2), ['ready', 'error']);
    assert.deepEqual([...new Set(asked)], [address]);
    comet.leave();
  }
});

test('The class has the methods and properties that its types tell, and no others', () => {
  assert.deepEqual(Object.getOwnPropertyNames(typed.prototype).sort(), [
    'activity',
    'constructor',
    'join',
    'leave',
    'listen',
    'ping',
    'state',
    'subscribe',
    'transport',
    'typing',
    'unsubscribe',
    'view',
  ]);
  assert.deepEqual(Object.keys(page().comet), []);
});
