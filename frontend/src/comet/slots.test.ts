import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slotName, slotNumbers } from './slotkeeper';
import { FakeClock } from './testing/fakeclock';
import { FakeTabs } from './testing/faketabs';
import type { FakeTab } from './testing/faketabs';
import { listening, scene } from './testing/scene';
import type { TransportOption } from './types';

const ways = [
  ['Web Locks', true],
  ['leases', false],
] as const;

// Longer than a lease and everything that follows from its end.
const longest = 90_000;

function world(secure: boolean, seed = 1) {
  const time = new FakeClock(seed);
  return { time, tabs: new FakeTabs(time, secure) };
}

function hide(tab: FakeTab, tabs: FakeTabs): void {
  // As late as once a minute.
  tab.show(false, tabs.time.random() < 0.5 ? 0 : 55_000);
}

for (const [way, secure] of ways) {
  test(`Two of many tabs have a slot, and the next one has it once one is free (${way})`, async () => {
    const { time, tabs } = world(secure);
    const all = Array.from({ length: 8 }, () => tabs.open());
    await time.pass(6_000);
    assert.equal(tabs.holders.length, 2);
    tabs.holders[0]?.stop();
    await time.pass(6_000);
    assert.equal(tabs.holders.length, 2);
    for (const tab of all) tab.stop();
  });

  test(`A lone tab has a slot at once (${way})`, async () => {
    const { time, tabs } = world(secure);
    const tab = tabs.open();
    await time.pass(300);
    assert.equal(tab.slots.held, true);
    tab.stop();
    assert.equal(tab.slots.held, false);
  });

  test(`One hidden tab makes way for a tab that is looked at, and only one (${way})`, async () => {
    const { time, tabs } = world(secure);
    const first = tabs.open();
    const second = tabs.open();
    await time.pass(5_000);
    for (const tab of [first, second]) tab.show(false);
    const third = tabs.open();
    await time.pass(1_000);
    assert.equal(third.slots.held, true);
    assert.equal(tabs.holders.length, 2);
    third.show(false);
    first.show(true);
    await time.pass(1_000);
    assert.equal(first.slots.held, true, 'the one that is looked at now');
    for (const tab of tabs.tabs) tab.stop();
  });

  test(`A tab that is looked at does not make way (${way})`, async () => {
    const { time, tabs } = world(secure);
    const first = tabs.open();
    const second = tabs.open();
    await time.pass(5_000);
    const third = tabs.open();
    await time.pass(60_000);
    assert.deepEqual(tabs.holders, [first, second]);
    assert.equal(third.slots.held, false);
    for (const tab of tabs.tabs) tab.stop();
  });

  test(`The slot of a tab that crashed is free in the end (${way})`, async () => {
    const { time, tabs } = world(secure);
    const first = tabs.open();
    tabs.open();
    await time.pass(5_000);
    const third = tabs.open();
    first.crash();
    await time.pass(secure ? 500 : longest);
    assert.equal(third.slots.held, true);
    for (const tab of tabs.tabs) tab.stop();
  });

  test(`Whatever tabs do, two at most have a slot, the one looked at among them, and nothing stays behind (${way})`, async () => {
    for (let seed = 1; seed <= 40; seed += 1) await schedule(secure, seed);
  });
}

/** Tabs come, go, hide, show and crash at random. */
async function schedule(secure: boolean, seed: number): Promise<void> {
  const { time, tabs } = world(secure, seed);
  const ever: FakeTab[] = [];
  const crashed = new Set<string>();
  const bounded = () => assert.ok(tabs.holders.length <= 2, `${tabs.holders.length} holders, seed ${seed}`);
  const any = () => [...tabs.tabs][Math.floor(time.random() * tabs.tabs.size)];
  const deeds: ((tab: FakeTab) => void)[] = [
    (tab) => (tab.started ? tab.stop() : tab.start()),
    (tab) => hide(tab, tabs),
    (tab) => hide(tab, tabs),
    (tab) => tab.show(true),
    (tab) => {
      crashed.add(tab.token);
      tab.crash();
    },
  ];
  for (let step = 0; step < 60; step += 1) {
    if (tabs.tabs.size < 2 || time.random() < 0.25) {
      const tab = tabs.open();
      tab.changed = bounded;
      ever.push(tab);
    }
    const tab = any();
    if (tab) deeds[Math.floor(time.random() * deeds.length)]?.(tab);
    bounded();
    await time.pass(time.random() < 0.1 ? time.random() * 100_000 : time.random() * 2_000);
    bounded();
  }
  for (const tab of tabs.tabs) hide(tab, tabs);
  const seen = any();
  seen?.start();
  seen?.show(true);
  await time.pass(longest);
  assert.equal(seen?.slots.held, true, `the tab that is looked at, seed ${seed}`);
  for (const tab of ever) tab.stop();
  await time.pass(100);
  for (const tab of ever) {
    assert.equal(tab.left, 0, `something of ${tab.token} is left, seed ${seed}`);
    assert.deepEqual(tab.reported, []);
  }
  for (const queue of tabs.queues.values()) assert.deepEqual(queue, []);
  for (const value of tabs.stored.values()) assert.ok(crashed.has(JSON.parse(value).tab), value);
}

test('A lease from a clock that was wrong does not count', async () => {
  const { time, tabs } = world(false);
  for (const number of slotNumbers)
    tabs.stored.set(slotName(number), JSON.stringify({ tab: 'old', until: time.now() + 86_400_000 }));
  const tab = tabs.open();
  await time.pass(500);
  assert.equal(tab.slots.held, true);
  tab.stop();
});

/** A client in a browser whose slots others hold; `free` takes them back. */
async function crowded(transport: TransportOption) {
  let free = () => {};
  const made = scene({
    transport,
    tabs: (time) => {
      const tabs = new FakeTabs(time, true);
      const freed = new Promise<void>((resolve) => {
        free = resolve;
      });
      const others = tabs.locks(null);
      for (const number of slotNumbers)
        void others.request(slotName(number), new AbortController().signal, () => freed);
      return { locks: tabs.locks(null), storage: null, channel: null };
    },
  });
  await made.pass(100);
  made.client.start();
  await made.pass(100);
  return { ...made, free: () => free() };
}

for (const transport of ['iframe', 'long-poll'] as const) {
  test(`Without a slot a client polls, and with one it holds a request (${transport})`, async () => {
    const { client, browser, recorder, log, free, pass } = await crowded(transport);
    assert.equal(client.state.transport, 'poll');
    log.publish('a', 'one');
    await pass(2_600);
    assert.deepEqual(recorder.shown.get('a'), ['one']);
    assert.equal(browser.streams.size + browser.fetches.size, 0);
    free();
    await pass(200);
    assert.equal(client.state.transport, transport);
    assert.ok(browser.streams.size + browser.fetches.size > 0);
    client.stop();
    await pass(20);
    assert.equal(browser.clock.waiting + browser.handlers, 0);
  });
}

test('Without a slot a hidden client polls every ten seconds or so, and at once when it is looked at', async () => {
  const { client, browser, recorder, log, pass } = await crowded('auto');
  browser.visible = false;
  await pass(2_600);
  browser.sent.length = 0;
  await pass(60_000);
  assert.ok(browser.sent.length >= 4 && browser.sent.length <= 8, `${browser.sent.length} polls in a minute`);
  log.publish('a', 'one');
  browser.visible = true;
  browser.tell('visibilitychange');
  await pass(20);
  assert.deepEqual(recorder.shown.get('a'), ['one']);
  client.stop();
});

test('Without a slot a new topic is asked for at once', async () => {
  const { client, recorder, log, pass } = await crowded('auto');
  log.publish('b', 'one');
  client.subscribe('b', recorder.openEmpty('b'));
  await pass(20);
  assert.deepEqual(recorder.shown.get('b'), ['one']);
  client.stop();
});

test('A page that goes has no slot when it says goodbye, and gets one when it comes back', async () => {
  let tabs: FakeTabs | undefined;
  const { client, browser, pass } = await listening({
    tabs: (time) => {
      tabs = new FakeTabs(time, true);
      return { locks: tabs.locks(null), storage: null, channel: null };
    },
  });
  const busy = () => [...(tabs?.queues.values() ?? [])].flat().length;
  await pass(500);
  assert.equal(client.state.transport, 'iframe');
  assert.equal(busy(), 1);
  browser.tell('pagehide', true);
  await pass(10);
  assert.equal(busy(), 0);
  browser.tell('pageshow', true);
  await pass(500);
  assert.equal(client.state.transport, 'iframe');
  client.stop();
});
