import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FakeView } from './testing/fakenode';
import { FakeTabs } from './testing/faketabs';
import type { FakeTab, TabsOptions } from './testing/faketabs';

// What several tabs show, of which one tells the server.

// Longer than it takes until a tab that is gone without a word is forgotten.
const forgetting = 300_000;

async function several(count: number, options: TabsOptions = {}) {
  const tabs = new FakeTabs(options);
  const all: FakeTab[] = [];
  for (let i = 0; i < count; i += 1) {
    const tab = tabs.open();
    tab.show(i === 0);
    tab.client.view([`${i}`], `room${i}`);
    all.push(tab);
    await tabs.pass(1_000);
  }
  const [leader] = tabs.holders;
  assert.ok(leader);
  const others = all.filter((tab) => tab !== leader);
  return { tabs, all, leader, others };
}

async function known(tabs: FakeTabs): Promise<FakeView> {
  const views = () => tabs.nodes.flatMap((node) => node.views);
  // Between two long polls there is none for a moment.
  for (let i = 0; i < 20 && views().length === 0; i += 1) await tabs.pass(10);
  const [view, ...more] = views();
  assert.ok(view);
  assert.deepEqual(more, []);
  return view;
}

function operations(tabs: FakeTabs, op: string) {
  return tabs.nodes.flatMap((node) => node.operations.filter((operation) => operation.op === op));
}

for (const transport of ['iframe', 'long-poll'] as const) {
  test(`The server knows what all tabs show together, by ${transport}`, async () => {
    const { tabs, all, others } = await several(3, { transport });
    assert.deepEqual(await known(tabs), { people: ['0', '1', '2'], room: 'room0', idle: false });
    const [one] = others;
    assert.ok(one);
    one.client.view(['8', '9'], 'room9');
    await tabs.pass(500);
    const { people } = await known(tabs);
    assert.deepEqual([people.includes('8'), people.length], [true, 4]);
    for (const { client } of all) client.stop();
  });

  test(`Nobody is there when every tab is idle, by ${transport}`, async () => {
    const { tabs, all } = await several(3, { transport });
    for (const { client } of all) {
      assert.equal((await known(tabs)).idle, false);
      client.activity('idle');
      await tabs.pass(100);
    }
    assert.equal((await known(tabs)).idle, true);
    all[2]?.client.activity('active');
    await tabs.pass(100);
    assert.equal((await known(tabs)).idle, false);
    all[2]?.close();
    await tabs.pass(100);
    assert.equal((await known(tabs)).idle, true);
    for (const { client } of all) client.stop();
  });

  test(`The room is that of the tab a person turned to last, by ${transport}`, async () => {
    const { tabs, all } = await several(3, { transport });
    const [one, two, three] = all;
    assert.ok(one && two && three);
    one.show(false);
    three.show(true);
    await tabs.pass(500);
    assert.equal((await known(tabs)).room, 'room2');
    // Two windows beside each other: no tab becomes visible, but one is clicked.
    two.show(true);
    await tabs.pass(500);
    assert.equal((await known(tabs)).room, 'room1');
    three.browser.tell('focus');
    await tabs.pass(500);
    assert.equal((await known(tabs)).room, 'room2');
    three.show(false);
    await tabs.pass(500);
    assert.equal((await known(tabs)).room, 'room1');
    for (const { client } of all) client.stop();
  });
}

test('A change in another tab is one request of the one that leads, and no greeting', async () => {
  const { tabs, all, leader, others } = await several(3);
  for (const { browser } of all) browser.sent.splice(0);
  others[0]?.client.view(['77'], null);
  await tabs.pass(1_000);
  assert.deepEqual(leader.browser.sent, ['control']);
  for (const { browser } of others) assert.deepEqual(browser.sent, []);
  others[0]?.browser.tell('focus');
  others[1]?.client.view(['77'], 'room2');
  await tabs.pass(1_000);
  assert.deepEqual((await known(tabs)).people.includes('77'), true);
  assert.equal(operations(tabs, 'view').length, 4, 'one for each tab opened after the first, and two now');
  for (const { client } of all) client.stop();
});

test('A tab that is closed is shown no longer', async () => {
  const { tabs, leader, others } = await several(3);
  const [one, two] = others;
  assert.ok(one && two);
  one.client.view(['only here'], null);
  await tabs.pass(500);
  assert.ok((await known(tabs)).people.includes('only here'));
  one.close();
  await tabs.pass(100);
  assert.ok(!(await known(tabs)).people.includes('only here'));
  for (const { client } of [leader, two]) client.stop();
});

test('A tab that died without a word is forgotten', async () => {
  const { tabs, leader, others } = await several(3);
  const [one, two] = others;
  assert.ok(one && two);
  for (const { client } of [leader, two]) client.activity('idle');
  one.client.view(['only here'], null);
  await tabs.pass(500);
  assert.equal((await known(tabs)).idle, false);
  one.crash();
  await tabs.pass(forgetting);
  const { idle, people } = await known(tabs);
  assert.equal(idle, true);
  assert.ok(!people.includes('only here'));
  for (const { client } of [leader, two]) client.stop();
});

for (const [way, secure] of [
  ['Web Locks', true],
  ['leases', false],
] as const) {
  test(`Whoever leads next tells the server the same from its first request on (${way})`, async () => {
    const { tabs, leader, others } = await several(4, { secure });
    for (const { client } of [leader, ...others]) client.activity('idle');
    others[1]?.client.activity('active');
    await tabs.pass(500);
    const node = tabs.nodes[0];
    node?.requests.splice(0);
    leader.close();
    await tabs.pass(5_000);
    const told = node?.requests.filter(({ id }) => id !== undefined) ?? [];
    assert.ok(told.length > 0);
    for (const { idle, people } of told) {
      assert.equal(idle, undefined);
      assert.deepEqual(people, ['1', '2', '3']);
    }
    for (const { client } of others) client.stop();
  });

  test(`When the tab that leads crashes the next one hears from the others what they show (${way})`, async () => {
    const { tabs, leader, others } = await several(3, { secure });
    leader.crash();
    for (const { client } of others) client.activity('idle');
    others[0]?.client.view(['meanwhile'], null);
    await tabs.pass(60_000);
    const { people, idle } = await known(tabs);
    assert.deepEqual([people, idle], [['2', 'meanwhile'], true]);
    for (const { client } of others) client.stop();
  });
}

test('A tab that comes back from the browser’s cache is shown again', async () => {
  const { tabs, all, others } = await several(2);
  const [one] = others;
  assert.ok(one);
  one.browser.tell('pagehide', true);
  await tabs.pass(500);
  assert.deepEqual((await known(tabs)).people, ['0']);
  one.browser.tell('pageshow', true);
  await tabs.pass(1_000);
  assert.deepEqual((await known(tabs)).people, ['0', '1']);
  for (const { client } of all) client.stop();
});

test('Who is here, and how many, reaches every tab, and also one that comes later', async () => {
  const { tabs, all } = await several(2);
  tabs.log.count('room0', 4_312);
  tabs.log.notice('12', 'signed-in', 1);
  for (const key of ['read:3', 'typing:3']) tabs.nodes[0]?.say({ event: 'hint', key, payload: 1 });
  await tabs.pass(500);
  const late = tabs.open();
  late.show(false);
  // Nothing else than what is known is asked for: the server has nothing to tell again.
  late.client.view(['1'], 'room0');
  await tabs.pass(2_000);
  for (const { recorder, name } of [...all, late]) {
    assert.equal(recorder.here.room0, 4_312, name);
    assert.deepEqual(recorder.states, { 12: 'signed-in' }, name);
  }
  // Who typed then does so no more.
  for (const { recorder } of all) assert.deepEqual(recorder.hints, ['read:3 1', 'typing:3 1']);
  assert.deepEqual(late.recorder.hints, ['read:3 1']);
  for (const { client } of [...all, late]) client.stop();
});
