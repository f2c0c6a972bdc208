import assert from 'node:assert/strict';
import { test } from 'node:test';
import { remaining } from './clock';
import { FakeClock } from './testing/fakeclock';
import { FakeTabs } from './testing/faketabs';
import type { FakeTab } from './testing/faketabs';

const ways = [
  ['Web Locks', true],
  ['leases', false],
] as const;

async function several(count: number, secure: boolean) {
  const tabs = new FakeTabs({ secure });
  const all: FakeTab[] = [];
  for (let i = 0; i < count; i += 1) {
    all.push(tabs.open());
    await tabs.pass(1_000);
  }
  const [leader] = tabs.holders;
  assert.ok(leader, 'somebody leads');
  return { tabs, all, leader, others: all.filter((tab) => tab !== leader) };
}

function shows({ recorder }: FakeTab): unknown[] | undefined {
  return recorder.shown.get('a');
}

// Timers, answers and frames stand still, but not what other tabs say.
function freeze(tab: FakeTab): void {
  tab.hearsFrozen = true;
  tab.browser.freeze();
}

async function end(tabs: FakeTabs, all: FakeTab[]): Promise<void> {
  for (const { client } of all) client.stop();
  await tabs.pass(100);
  assert.deepEqual(
    all.flatMap(({ browser }) => browser.reported),
    [],
  );
}

for (const [way, secure] of ways) {
  test(`A tab that is looked at takes over from one that is frozen but answers (${way})`, async () => {
    const { tabs, all, leader, others } = await several(3, secure);
    leader.show(false);
    freeze(leader);
    tabs.log.publish('a', 'one');
    await tabs.pass(20_000);
    for (const tab of others) assert.deepEqual(shows(tab), ['one']);
    tabs.log.publish('a', 'two');
    await tabs.pass(4_000);
    for (const tab of others) assert.deepEqual(shows(tab), ['one', 'two']);
    await tabs.pass(5_000);
    assert.equal(tabs.holders.filter((tab) => tab !== leader).length, 1);
    tabs.log.publish('a', 'three');
    await tabs.pass(100);
    for (const tab of others) assert.deepEqual(shows(tab), ['one', 'two', 'three']);
    leader.hearsFrozen = false;
    leader.browser.thaw();
    await tabs.pass(3_000);
    assert.equal(tabs.holders.length, 1);
    assert.notEqual(tabs.holders[0], leader);
    assert.deepEqual(shows(leader), ['one', 'two', 'three']);
    await end(tabs, all);
  });

  test(`Hidden tabs have everything though the one that leads is frozen but answers (${way})`, async () => {
    const { tabs, all, leader, others } = await several(3, secure);
    for (const tab of all) tab.show(false);
    freeze(leader);
    for (let i = 0; i < 5; i += 1) {
      tabs.log.publish('a', i);
      await tabs.pass(40_000);
      for (const tab of others) assert.equal(shows(tab)?.length, i + 1);
    }
    leader.hearsFrozen = false;
    leader.browser.thaw();
    await tabs.pass(3_000);
    await end(tabs, all);
  });

  test(`A tab that leads and is offline is not taken for frozen (${way})`, async () => {
    const { tabs, all, leader } = await several(2, secure);
    tabs.weather({ down: true });
    await tabs.pass(120_000);
    tabs.weather({ down: false });
    tabs.log.publish('a', 'one');
    await tabs.pass(30_000);
    assert.deepEqual(tabs.holders, [leader]);
    for (const tab of all) assert.deepEqual(shows(tab), ['one']);
    await end(tabs, all);
  });

  test(`The last tab says goodbye also when the one that led went first (${way})`, async () => {
    const { tabs, leader, others } = await several(2, secure);
    const [other] = others;
    assert.ok(other);
    leader.close();
    await tabs.pass(3_000);
    other.close();
    assert.equal(other.browser.sent.at(-1), 'beacon with 0 open');
    await tabs.pass(100);
    assert.equal(tabs.nodes[0]?.operations.at(-1)?.op, 'leave');
  });

  test(`An end that comes as a refusal is told to all tabs (${way})`, async () => {
    const { tabs, all, leader } = await several(3, secure);
    await tabs.pass(2_000);
    leader.browser.weather.answer = () => ({ status: 401, body: { detail: 'You have signed out.' } });
    leader.client.retryNow();
    await tabs.pass(3_000);
    for (const { recorder } of all) assert.deepEqual(recorder.aborts, ['signed-out: You have signed out.']);
    for (const tab of all) assert.equal(tab.left, 0);
    assert.equal(tabs.locked, 0);
  });

  test(`A tab whose own requests fail shows what is relayed, and asks again (${way})`, async () => {
    const { tabs, all, leader, others } = await several(2, secure);
    const [other] = others;
    assert.ok(other);
    other.browser.weather.answer = () => ({ status: 503 });
    other.client.retryNow();
    await tabs.pass(1_000);
    tabs.log.publish('a', 'one');
    await tabs.pass(100);
    assert.deepEqual(shows(other), ['one']);
    assert.equal(other.client.state.phase, 'listening');
    assert.equal(other.recorder.phases.includes('error'), false);
    const asked = other.browser.sent.length;
    await tabs.pass(60_000);
    const tries = other.browser.sent.length - asked;
    assert.ok(tries > 0 && tries < 30, `${tries} tries`);
    other.browser.weather.answer = null;
    await tabs.pass(25_000);
    other.browser.sent.splice(0);
    await tabs.pass(5_000);
    assert.deepEqual(other.browser.sent, [], 'nothing is left to ask for');
    assert.deepEqual(tabs.holders, [leader]);
    await end(tabs, all);
  });
}

test('A hole that an answer of the tab that leads shows is asked for, without waiting for the next event', async () => {
  const { tabs, all, others } = await several(2, true);
  const [other] = others;
  assert.ok(other);
  await tabs.pass(2_000);
  // What is said to it is lost.
  tabs.deafen(other, 200);
  tabs.log.publish('a', 'one');
  await tabs.pass(300);
  assert.deepEqual(shows(other), []);
  other.show(true);
  await tabs.pass(200);
  assert.deepEqual(shows(other), ['one']);
  await end(tabs, all);
});

test('What is left of a span is never more than all of it', () => {
  const clock = new FakeClock();
  const now = clock.now();
  assert.equal(remaining(clock, now - 400, 1_000), 600);
  assert.equal(remaining(clock, now - 4_000, 1_000), 0);
  assert.equal(remaining(clock, now + 3_600_000, 1_000), 1_000);
});

test('A lead that could not be taken at once is taken later on', async () => {
  for (let offset = 0; offset < 5_000; offset += 500) {
    const { tabs, all, leader, others } = await several(2, false);
    const [other] = others;
    assert.ok(other);
    await tabs.pass(10_000 + offset);
    // It does not answer in time, though it may have renewed its lease just now.
    tabs.deafen(leader, 2_010);
    other.client.retryNow();
    await tabs.pass(5_000);
    const [holder] = tabs.holders;
    holder?.crash();
    await tabs.pass(60_000);
    assert.equal(tabs.holders.length, 1, `after ${offset} ms`);
    await end(
      tabs,
      all.filter((tab) => tab !== holder),
    );
  }
});
