import assert from 'node:assert/strict';
import { test } from 'node:test';
import { baseOf, sharedName } from './assembly';
import { FakeTabs } from './testing/faketabs';
import type { FakeTab, TabsOptions } from './testing/faketabs';

const ways = [
  ['Web Locks', true],
  ['leases', false],
] as const;

// Longer than a lease and everything that follows from its end.
const longest = 60_000;

async function several(count: number, options: TabsOptions, topics?: string[]) {
  const tabs = new FakeTabs(options);
  const all: FakeTab[] = [];
  for (let i = 0; i < count; i += 1) {
    all.push(tabs.open(topics));
    await tabs.pass(1_000);
  }
  const [leader] = tabs.holders;
  assert.ok(leader, 'somebody leads');
  return { tabs, all, leader, others: all.filter((tab) => tab !== leader) };
}

function modes({ browser }: FakeTab): string[] {
  return browser.sent.splice(0);
}

function shows(tab: FakeTab, topic: string): unknown[] | undefined {
  return tab.recorder.shown.get(topic);
}

async function end({ tabs, all }: { tabs: FakeTabs; all: FakeTab[] }): Promise<void> {
  for (const { client } of all) client.stop();
  await tabs.pass(100);
  assert.deepEqual(
    all.flatMap(({ browser }) => browser.reported),
    [],
  );
}

for (const [way, secure] of ways) {
  test(`Ten tabs have one connection, and each shows everything (${way})`, async () => {
    const made = await several(10, { secure });
    const { tabs, all, leader, others } = made;
    assert.equal(tabs.holders.length, 1);
    for (const tab of others) {
      const { phase, transport, shared } = tab.client.state;
      assert.deepEqual(
        { phase, transport, shared },
        { phase: 'listening', transport: 'iframe', shared: true },
      );
      modes(tab);
    }
    assert.equal(leader.client.state.shared, false);
    for (const payload of ['one', 'two', 'three']) tabs.log.publish('a', payload);
    await tabs.pass(50);
    for (const tab of all) assert.deepEqual(shows(tab, 'a'), ['one', 'two', 'three']);
    for (const tab of others) assert.deepEqual(modes(tab), [], 'nothing is asked for');
    assert.equal(tabs.log.holds.crowdings, 0);
    await end(made);
  });

  test(`A tab that is new polls once, as a reader (${way})`, async () => {
    const made = await several(1, { secure });
    const { tabs, all } = made;
    tabs.nodes[0]?.requests.splice(0);
    const tab = tabs.open(['a', 'b']);
    all.push(tab);
    await tabs.pass(300);
    const polls = tabs.nodes.flatMap(({ requests }) => requests);
    assert.deepEqual(polls, [
      { event: 'listen', mode: 'poll', transport: 'poll', have: { a: [1, 0], b: [1, 0] } },
    ]);
    assert.deepEqual(tab.recorder.phases, ['ready', 'joined', 'listening iframe']);
    await end(made);
  });

  test(`Whatever only other tabs follow is followed for them, as long as they do (${way})`, async () => {
    const made = await several(3, { secure });
    const { tabs, leader, others } = made;
    const [one, two] = others;
    assert.ok(one && two);
    for (const tab of [one, two]) {
      tab.client.subscribe('b', tab.recorder.open('b'));
      await tabs.pass(300);
    }
    tabs.log.publish('b', 'one');
    await tabs.pass(50);
    assert.deepEqual([shows(one, 'b'), shows(two, 'b'), shows(leader, 'b')], [['one'], ['one'], undefined]);
    const { operations } = tabs.nodes[0] ?? { operations: [] };
    one.client.unsubscribe('b');
    await tabs.pass(300);
    assert.equal(
      operations.some(({ op }) => op === 'unsubscribe'),
      false,
    );
    two.client.unsubscribe('b');
    await tabs.pass(300);
    assert.deepEqual(operations.at(-1), { op: 'unsubscribe', topics: ['b'] });
    await end(made);
  });

  test(`When the tab that leads is closed another goes on with the session (${way})`, async () => {
    const made = await several(3, { secure });
    const { tabs, leader, others } = made;
    const joins = () => tabs.nodes[0]?.operations.filter(({ op }) => op === 'join').length;
    const last = tabs.nodes[0]?.requests.findLast(({ mode }) => mode === 'stream');
    leader.close();
    assert.equal(
      leader.browser.sent.some((sent) => sent.startsWith('beacon')),
      false,
    );
    tabs.log.publish('a', 'meanwhile');
    await tabs.pass(3_000);
    assert.equal(joins(), 1, 'nobody joins anew');
    const next = tabs.nodes[0]?.requests.findLast(({ mode }) => mode === 'stream');
    assert.equal(next?.id, last?.id);
    assert.ok((next?.n ?? 0) > (last?.n ?? 0));
    assert.equal(tabs.holders.length, 1);
    for (const tab of others) {
      assert.deepEqual(shows(tab, 'a'), ['meanwhile']);
      assert.equal(tab.client.state.phase, 'listening');
    }
    await end(made);
  });

  test(`When the tab that leads crashes another joins anew (${way})`, async () => {
    const made = await several(3, { secure });
    const { tabs, leader, others } = made;
    leader.crash();
    tabs.log.publish('a', 'meanwhile');
    await tabs.pass(longest);
    assert.equal(tabs.nodes[0]?.operations.filter(({ op }) => op === 'join').length, 2);
    assert.equal(tabs.holders.length, 1);
    for (const tab of others) assert.deepEqual(shows(tab, 'a'), ['meanwhile']);
    await end({ tabs, all: others });
  });

  test(`A tab that is looked at next notices at once that nobody leads any more (${way})`, async () => {
    const made = await several(3, { secure });
    const { tabs, leader, others } = made;
    const [next] = others;
    assert.ok(next);
    for (const tab of others) tab.show(false);
    await tabs.pass(3_000);
    next.show(true);
    // It answers, and is gone without a word.
    await tabs.pass(50);
    leader.crash();
    tabs.log.publish('a', 'meanwhile');
    await tabs.pass(4_000);
    for (const tab of others) assert.deepEqual(shows(tab, 'a'), ['meanwhile']);
    assert.deepEqual(tabs.holders, secure ? tabs.holders : [next]);
    assert.equal(tabs.holders.length, 1);
    await end({ tabs, all: others });
  });

  test(`The last tab says goodbye to the server (${way})`, async () => {
    const made = await several(2, { secure });
    const { tabs, leader, others } = made;
    const [other] = others;
    assert.ok(other);
    other.close();
    await tabs.pass(100);
    leader.close();
    assert.equal(leader.browser.sent.at(-1), 'beacon with 0 open');
    assert.equal(
      other.browser.sent.some((sent) => sent.startsWith('beacon')),
      false,
    );
    await tabs.pass(100);
    assert.equal(tabs.nodes[0]?.operations.at(-1)?.op, 'leave');
  });

  test(`A tab that leads stays leader while it is hidden (${way})`, async () => {
    const made = await several(3, { secure });
    const { tabs, leader, others } = made;
    leader.show(false, 55_000);
    for (let i = 0; i < 20; i += 1) {
      tabs.log.publish('a', i);
      await tabs.pass(30_000);
    }
    assert.deepEqual(tabs.holders, [leader]);
    for (const tab of others) assert.equal(shows(tab, 'a')?.length, 20);
    await end(made);
  });

  test(`A tab that is looked at takes over from one that is frozen, which lets go when it thaws (${way})`, async () => {
    const made = await several(3, { secure });
    const { tabs, leader, others } = made;
    leader.show(false);
    leader.browser.freeze();
    tabs.log.publish('a', 'one');
    await tabs.pass(30_000);
    for (const tab of others) assert.deepEqual(shows(tab, 'a'), ['one']);
    assert.equal(tabs.holders.filter((tab) => tab !== leader).length, 1);
    leader.browser.thaw();
    await tabs.pass(3_000);
    assert.equal(tabs.holders.length, 1);
    assert.notEqual(tabs.holders[0], leader);
    assert.equal(leader.client.state.shared, true);
    assert.deepEqual(shows(leader, 'a'), ['one']);
    await end(made);
  });

  test(`A page that is opened while the tab that leads is frozen waits for nothing (${way})`, async () => {
    const { tabs, leader, all } = await several(1, { secure });
    leader.show(false);
    leader.browser.freeze();
    tabs.log.publish('a', 'one');
    const tab = tabs.open(['a', 'b']);
    tabs.log.publish('b', 'two');
    await tabs.pass(700);
    assert.deepEqual(shows(tab, 'b'), ['two']);
    await tabs.pass(3_000);
    assert.equal(tab.client.state.transport, 'iframe');
    assert.equal(tab.client.state.shared, false);
    leader.browser.thaw();
    await tabs.pass(1_000);
    await end({ tabs, all: [...all, tab] });
  });

  test(`A person's choice of transport reaches the tab that leads (${way})`, async () => {
    const made = await several(3, { secure });
    const { tabs, all, others } = made;
    others[0]?.client.setTransport('long-poll');
    await tabs.pass(300);
    for (const { client } of all) assert.equal(client.state.transport, 'long-poll');
    tabs.log.publish('a', 'one');
    await tabs.pass(100);
    for (const tab of all) assert.deepEqual(shows(tab, 'a'), ['one']);
    assert.equal(tabs.holders.length, 1);
    await end(made);
  });

  test(`A wake-up in any tab has the one that leads look at its connection (${way})`, async () => {
    const made = await several(2, { secure });
    const { tabs, leader, others } = made;
    await tabs.pass(2_000);
    for (const stream of leader.browser.streams) stream.cut();
    modes(leader);
    others[0]?.browser.tell('online');
    await tabs.pass(300);
    assert.deepEqual(modes(leader), ['poll', 'stream']);
    await end(made);
  });

  test(`Tabs of another sign-in are left alone (${way})`, async () => {
    const tabs = new FakeTabs({ secure });
    const ann = tabs.open(['a'], 'ann');
    await tabs.pass(1_000);
    const bob = tabs.open(['a'], 'bob');
    await tabs.pass(1_000);
    assert.deepEqual([ann.client.state.shared, bob.client.state.shared], [false, false]);
    await end({ tabs, all: [ann, bob] });
  });

  test(`A page that comes back from the cache takes part again (${way})`, async () => {
    const made = await several(3, { secure });
    const { tabs, all, leader } = made;
    leader.browser.tell('pagehide', true);
    assert.equal(leader.browser.streams.size, 0);
    await tabs.pass(20_000);
    tabs.log.publish('a', 'one');
    await tabs.pass(1_000);
    leader.browser.tell('pageshow', true);
    await tabs.pass(1_000);
    assert.equal(tabs.holders.length, 1);
    assert.equal(leader.client.state.shared, true);
    for (const tab of all) assert.deepEqual(shows(tab, 'a'), ['one']);
    await end(made);
  });

  test(`Who is here, and hints, are known to a newcomer (${way})`, async () => {
    const made = await several(2, { secure });
    const { tabs, all } = made;
    tabs.log.notice('bob', 'signed-in', tabs.time.now());
    tabs.nodes[0]?.say({ event: 'hint', key: 'read:a', payload: 1 });
    tabs.nodes[0]?.say({ event: 'hint', key: 'read:a', payload: 2 });
    await tabs.pass(100);
    const tab = tabs.open();
    all.push(tab);
    await tabs.pass(1_000);
    assert.deepEqual(tab.recorder.states, { bob: 'signed-in' });
    assert.deepEqual(tab.recorder.hints, ['read:a 2']);
    assert.deepEqual(tab.recorder.notices, []);
    tabs.log.notice('bob', 'signed-out', tabs.time.now());
    await tabs.pass(100);
    for (const { recorder } of all) {
      assert.deepEqual(recorder.states, { bob: 'signed-out' });
      assert.equal(recorder.notices.at(-1)?.notice, 'signed-out');
    }
    await end(made);
  });

  test(`The end is told to all tabs (${way})`, async () => {
    const { tabs, all } = await several(3, { secure });
    tabs.nodes[0]?.say({ event: 'abort', reason: 'signed-out', text: 'You have signed out.' }, true);
    await tabs.pass(1_000);
    for (const { recorder } of all) assert.deepEqual(recorder.aborts, ['signed-out: You have signed out.']);
    for (const tab of all) assert.equal(tab.left, 0);
    assert.equal(tabs.locked, 0);
  });

  test(`Stop leaves nothing behind in any tab, whenever it comes (${way})`, async () => {
    for (let after = 0; after < 2_400; after += 97) {
      const tabs = new FakeTabs({ secure, seed: after });
      const all = [tabs.open(), tabs.open(), tabs.open()];
      await tabs.pass(after);
      for (const { client } of all) client.stop();
      await tabs.pass(30);
      assert.deepEqual(
        all.map(({ left }) => left),
        [0, 0, 0],
      );
      assert.equal(tabs.locked, 0);
      const next = tabs.open();
      await tabs.pass(3_000);
      assert.equal(next.client.state.transport, 'iframe', `after ${after} ms`);
      next.client.stop();
    }
  });
}

test('A lease that another tab overwrites is handed over before the connection ends', async () => {
  const made = await several(2, { secure: false });
  const { tabs, leader, others } = made;
  const [other] = others;
  assert.ok(other);
  await tabs.pass(10_000);
  const last = tabs.nodes[0]?.requests.findLast(({ mode }) => mode === 'stream');
  modes(other);
  tabs.weather({ delay: [100, 100] });
  // As if it had not been answered in time.
  tabs.deafen(leader, 2_100);
  other.client.retryNow();
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (let ms = 0; ms < 6_000; ms += 5) {
    await tabs.pass(5);
    least = Math.min(least, tabs.log.holds.count);
    most = Math.max(most, tabs.holders.length);
  }
  assert.equal(least, 1, 'a connection all the time');
  // A poll of the same session would end the stream of the other before the new one is there.
  assert.deepEqual(modes(other), ['poll', 'stream']);
  assert.equal(most, 2);
  assert.deepEqual(tabs.holders, [other]);
  assert.equal(tabs.nodes[0]?.requests.findLast(({ mode }) => mode === 'stream')?.id, last?.id);
  assert.equal(leader.client.state.shared, true);
  await end(made);
});

test('Hidden tabs that see late what others have written take over soon all the same', async () => {
  const made = await several(5, { secure: false, lag: 3_000 });
  const { tabs, all, leader, others } = made;
  for (const tab of all) tab.show(false);
  await tabs.pass(10_000);
  leader.close();
  tabs.log.publish('a', 'meanwhile');
  await tabs.pass(1_500);
  for (const tab of others) assert.deepEqual(shows(tab, 'a'), ['meanwhile']);
  await tabs.pass(1_000);
  for (let ms = 0; ms < 30_000; ms += 500) {
    assert.equal(tabs.holders.length, 1, `after ${ms} ms`);
    await tabs.pass(500);
  }
  assert.equal(tabs.log.holds.count, 1);
  await end(made);
});

test('Of tabs that all think they lead the last to begin does', async () => {
  const tabs = new FakeTabs({ secure: false, lag: 3_000 });
  const all = [tabs.open(), tabs.open(), tabs.open()];
  await tabs.pass(1_500);
  assert.equal(tabs.holders.length, 1);
  tabs.log.publish('a', 'one');
  await tabs.pass(200);
  for (const tab of all) assert.deepEqual(shows(tab, 'a'), ['one']);
  await tabs.pass(30_000);
  assert.equal(tabs.holders.length, 1);
  await end({ tabs, all });
});

test('A lease from a clock that was wrong does not count', async () => {
  const tabs = new FakeTabs({ secure: false });
  const until = tabs.time.now() + 86_400_000;
  tabs.stored.set(sharedName('ann'), JSON.stringify({ tab: 'old', until }));
  const tab = tabs.open();
  await tabs.pass(4_000);
  assert.equal(tab.client.state.transport, 'iframe');
  tab.client.stop();
});

for (const secure of [true, false]) {
  test(`Tabs that cannot talk to each other poll but for one (${secure ? 'Web Locks' : 'leases'})`, async () => {
    const made = await several(4, { secure, channel: false });
    const { tabs, all, leader } = made;
    assert.equal(tabs.holders.length, 1);
    tabs.log.publish('a', 'one');
    await tabs.pass(3_000);
    for (const tab of all) {
      assert.deepEqual(shows(tab, 'a'), ['one']);
      assert.equal(tab.client.state.transport, tab === leader ? 'iframe' : 'poll');
    }
    leader.close();
    await tabs.pass(6_000);
    assert.equal(tabs.holders.length, 1);
    await end(made);
  });
}

test('A browser that holds too many requests polls for half a minute', async () => {
  for (const transport of ['iframe', 'long-poll'] as const) {
    const made = await several(2, { transport });
    const { tabs, all } = made;
    for (const { client } of all) assert.equal(client.state.transport, transport);
    tabs.nodes[0]?.say({ event: 'refresh', in: 0, why: 'crowded' }, true);
    await tabs.pass(200);
    for (const { client } of all) assert.equal(client.state.transport, 'poll');
    assert.equal(tabs.holders.length, 0);
    tabs.log.publish('a', 'one');
    await tabs.pass(4_000);
    for (const tab of all) assert.deepEqual(shows(tab, 'a'), ['one']);
    await tabs.pass(22_000);
    assert.equal(tabs.holders.length, 0);
    await tabs.pass(8_000);
    for (const { client } of all) assert.equal(client.state.transport, transport);
    await end(made);
  }
});

test('Topics beyond 256 of all tabs together are refused', async () => {
  const names = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => `t${from + i}`);
  const tabs = new FakeTabs();
  const first = tabs.open(names(1, 200));
  await tabs.pass(1_000);
  const second = tabs.open(names(151, 257));
  await tabs.pass(1_000);
  assert.deepEqual(second.recorder.unsubscribed, ['t257 limit']);
  first.client.subscribe('t300', [1, 0]);
  await tabs.pass(100);
  assert.deepEqual(first.recorder.unsubscribed, ['t300 limit']);
  assert.equal(second.client.state.phase, 'listening');
  await end({ tabs, all: [first, second] });
});

test('A topic that is denied is told of in the tab that follows it, once', async () => {
  const made = await several(2, {});
  const { tabs, leader, others } = made;
  tabs.log.denied.add('b');
  const [other] = others;
  assert.ok(other);
  other.client.subscribe('b', other.recorder.open('b'));
  await tabs.pass(5_000);
  assert.deepEqual(other.recorder.unsubscribed, ['b denied']);
  assert.deepEqual(leader.recorder.unsubscribed, []);
  await end(made);
});

test('A topic that the server ends is told of in all tabs that follow it', async () => {
  const made = await several(3, {});
  const { tabs, all } = made;
  tabs.nodes[0]?.say({ event: 'unsubscribe-ack', topics: ['a'], why: 'removed' });
  await tabs.pass(100);
  for (const { recorder } of all) assert.deepEqual(recorder.unsubscribed, ['a removed']);
  await end(made);
});

test('What the tabs watch is watched for all, and told to whom it concerns', async () => {
  const made = await several(2, {});
  const { tabs, leader, others } = made;
  const [other] = others;
  assert.ok(other);
  tabs.log.publish('w', 'old');
  leader.client.watch(['w']);
  other.client.watch(['w', 'v', 'a']);
  await tabs.pass(300);
  assert.deepEqual(leader.recorder.unread, { w: [1, 1] });
  assert.deepEqual(other.recorder.unread, { w: [1, 1], v: [1, 0] });
  tabs.log.publish('v', 'new');
  await tabs.pass(100);
  assert.deepEqual(other.recorder.unread, { w: [1, 1], v: [1, 1] });
  assert.deepEqual(leader.recorder.unread, { w: [1, 1] });
  await end(made);
});

test('A tab that watches what another follows hears of it', async () => {
  const tabs = new FakeTabs();
  const first = tabs.open(['a']);
  await tabs.pass(1_000);
  tabs.log.publish('a', 'one');
  const second = tabs.open(['b']);
  second.client.watch(['a']);
  await tabs.pass(1_000);
  assert.deepEqual(second.recorder.unread, { a: [1, 1] });
  tabs.log.publish('a', 'two');
  await tabs.pass(100);
  assert.deepEqual(second.recorder.unread, { a: [1, 2] });
  await end({ tabs, all: [first, second] });
});

test('A hole in what is relayed is filled before what follows is shown', async () => {
  const made = await several(2, {});
  const { tabs, leader, others } = made;
  await tabs.pass(2_000);
  const [other] = others;
  assert.ok(other);
  tabs.log.topic('a').payloads.push('one', 'two');
  tabs.nodes[0]?.say({ event: 'data', topic: 'a', epoch: 1, seq: 2, payload: 'two' });
  await tabs.pass(300);
  for (const tab of [leader, other]) assert.deepEqual(shows(tab, 'a'), ['one', 'two']);
  assert.deepEqual([...leader.recorder.gaps, ...other.recorder.gaps], []);
  await end(made);
});

test('A gap is a matter of each tab', async () => {
  const made = await several(2, {});
  const { tabs, all } = made;
  for (let i = 0; i < 10; i += 1) tabs.log.publish('a', i);
  await tabs.pass(100);
  tabs.log.restore('a', 3);
  await tabs.pass(3_000);
  for (const tab of all) {
    assert.deepEqual(tab.recorder.gaps, ['a']);
    assert.deepEqual(shows(tab, 'a'), [0, 1, 2, 3, 4, 5, 6]);
  }
  await end(made);
});

test('A tab that goes on further ahead keeps nothing from those that it leads', async () => {
  const made = await several(2, {});
  const { tabs, leader, others } = made;
  // It has loaded what nobody was told of yet.
  tabs.log.topic('a').payloads.push('one');
  leader.client.subscribe('a', leader.recorder.open('a'));
  await tabs.pass(300);
  for (const tab of [leader, ...others]) assert.deepEqual(shows(tab, 'a'), ['one']);
  await end(made);
});

test('A tab that was alone with the one that leads, and frozen for long, learns who is here when it thaws', async () => {
  const made = await several(2, {});
  const { tabs, others } = made;
  const [other] = others;
  assert.ok(other);
  other.browser.freeze();
  await tabs.pass(400_000);
  tabs.log.notice('bob', 'signed-in', tabs.time.now());
  await tabs.pass(100_000);
  other.browser.thaw();
  await tabs.pass(1_000);
  assert.deepEqual(other.recorder.states, { bob: 'signed-in' });
  await end(made);
});

test('A tab that was frozen for long is forgotten, and takes part again when it thaws', async () => {
  const made = await several(3, {});
  const { tabs, others } = made;
  const [other] = others;
  assert.ok(other);
  other.client.subscribe('b', other.recorder.open('b'));
  await tabs.pass(300);
  other.browser.freeze();
  await tabs.pass(400_000);
  assert.deepEqual(tabs.nodes[0]?.operations.at(-1), { op: 'unsubscribe', topics: ['b'] });
  tabs.log.publish('b', 'one');
  await tabs.pass(1_000);
  other.browser.thaw();
  await tabs.pass(1_000);
  assert.deepEqual(shows(other, 'b'), ['one']);
  await end(made);
});

test('A handler that throws in the tab that leads keeps nothing from the others', async () => {
  const made = await several(2, {});
  const { tabs, leader, others } = made;
  leader.recorder.during = () => {
    throw new Error('oops');
  };
  tabs.log.publish('a', 'one');
  tabs.log.publish('a', 'two');
  await tabs.pass(100);
  for (const tab of others) assert.deepEqual(shows(tab, 'a'), ['one', 'two']);
  assert.equal(leader.browser.reported.length, 2);
  leader.browser.reported.splice(0);
  await end(made);
});

test('Tabs of two servers on one origin share nothing', () => {
  for (const [control, base] of [
    ['/comet/control', ''],
    ['/chat/comet/control', '/chat'],
    ['https://example.org/team/chat/comet/control', '/team/chat'],
    ['https://example.org/comet/control', ''],
    ['/control', ''],
  ] as const) {
    assert.equal(baseOf(control), base, control);
  }
  assert.equal(sharedName('7'), 'chatd.comet.2.7');
  assert.equal(sharedName('7', '/chat'), 'chatd/chat.comet.2.7');
});
