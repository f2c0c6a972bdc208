import assert from 'node:assert/strict';
import { test } from 'node:test';
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
  await tabs.pass(2_000);
  const [leader] = tabs.holders;
  assert.ok(leader, 'somebody leads');
  return { tabs, all, leader, others: all.filter((tab) => tab !== leader) };
}

/** A tab that leads, and one that has not found it and was told by the server to wait for a minute. */
async function oneWaits(secure: boolean) {
  const { tabs, leader } = await several(1, secure);
  tabs.deafen(leader, 1_000);
  const waiting = tabs.open();
  waiting.browser.weather.answer = () => ({ status: 503, retryAfter: '60' });
  await tabs.pass(2_000);
  assert.equal(waiting.client.state.phase, 'error');
  return { tabs, leader, waiting };
}

function two(others: FakeTab[]): [FakeTab, FakeTab] {
  const [one, other] = others;
  assert.ok(one && other);
  return [one, other];
}

/** How often a tab has said goodbye to the server. */
function goodbyes(tabs: FakeTab[]): number {
  return tabs.flatMap(({ browser }) => browser.sent).filter((sent) => sent.startsWith('beacon')).length;
}

function sessions({ nodes }: FakeTabs): number {
  return nodes.flatMap((node) => [...node.sessions.keys()]).length;
}

/** What the tabs have shown since, but for what they showed already. */
function phases(tabs: FakeTab[]): string[][] {
  return tabs.map(({ recorder }) => recorder.phases.splice(1));
}

function names(tabs: FakeTab[]): string[] {
  return tabs.map(({ name }) => name);
}

async function end(tabs: FakeTabs, all: FakeTab[]): Promise<void> {
  for (const { client } of all) client.stop();
  await tabs.pass(100);
  assert.deepEqual(
    all.flatMap(({ browser }) => browser.reported),
    [],
  );
  for (const tab of all) assert.equal(tab.left, 0, 'nothing is left behind');
}

for (const [way, secure] of ways) {
  test(`A window that is closed, the tab that leads first, ends the session (${way})`, async () => {
    // So long after the first, before or after the next has the lead.
    for (const between of [25, 60, 120, 180, 260, 400]) {
      const { tabs, all, leader, others } = await several(3, secure);
      const [second, third] = two(others);
      for (const tab of [leader, second, third]) {
        tab.close();
        await tabs.pass(between);
      }
      await tabs.pass(1_000);
      assert.equal(sessions(tabs), 0, `${between} ms between two tabs`);
      assert.equal(goodbyes(all), 1, `${between} ms between two tabs`);
      assert.equal(third.browser.sent.at(-1), 'beacon with 0 open');
    }
  });

  test(`A window that is closed, the tab that leads last, ends the session (${way})`, async () => {
    const { tabs, all, leader, others } = await several(3, secure);
    for (const tab of [...others, leader]) {
      tab.close();
      await tabs.pass(25);
    }
    await tabs.pass(1_000);
    assert.equal(sessions(tabs), 0);
    assert.equal(goodbyes(all), 1);
    assert.equal(leader.browser.sent.at(-1), 'beacon with 0 open');
  });

  test(`A tab that goes on is not said goodbye for, whoever else is closed (${way})`, async () => {
    for (const between of [0, 25, 60, 120, 260, 400]) {
      const { tabs, all, leader, others } = await several(4, secure);
      const [, ...closing] = others;
      const [staying] = others;
      assert.ok(staying);
      for (const tab of [leader, ...closing]) {
        tab.close();
        await tabs.pass(between);
      }
      await tabs.pass(3_000);
      assert.equal(goodbyes(all), 0, `${between} ms between two tabs`);
      assert.deepEqual(names(tabs.holders), [staying.name]);
      assert.equal(sessions(tabs), 1);
      await end(tabs, [staying]);
    }
  });

  test(`A tab that has just won, and is closed, hands on the session that it was left (${way})`, async () => {
    for (const between of [25, 60, 120, 180, 260]) {
      const { tabs, leader, others } = await several(3, secure);
      leader.close();
      await tabs.pass(between);
      const [second, third] = two(others);
      second.close();
      await tabs.pass(3_000);
      const joins = tabs.nodes[0]?.operations.filter(({ op }) => op === 'join').length;
      assert.equal(joins, 1, `${between} ms later`);
      assert.deepEqual(names(tabs.holders), [third.name]);
      await end(tabs, [third]);
    }
  });

  test(`A page that is loaded anew in the background is not left to a tab that is gone (${way})`, async () => {
    const { tabs, leader, others } = await several(2, secure);
    // Its farewell is lost, so the one that leads passes the session on to it.
    others[0]?.crash();
    leader.close();
    const anew = tabs.open();
    anew.show(false, 1_000);
    await tabs.pass(9_000);
    assert.deepEqual(names(tabs.holders), [anew.name], 'before the session that was left ends');
    await end(tabs, [anew]);
  });

  test(`While the connection is handed over everybody goes on listening (${way})`, async () => {
    const { tabs, all, leader, others } = await several(4, secure);
    for (const { recorder } of all) recorder.phases.splice(0, recorder.phases.length - 1);
    leader.close();
    await tabs.pass(6_000);
    assert.equal(tabs.holders.length, 1);
    for (const shown of phases(others)) assert.deepEqual(shown, [], 'nothing else is shown');
    await end(tabs, others);
  });

  test(`A hand-over that does not succeed is shown after 5 s (${way})`, async () => {
    const { tabs, leader, others } = await several(3, secure);
    tabs.weather({ delay: [30_000, 30_000] });
    leader.close();
    await tabs.pass(4_900);
    for (const { client } of others) assert.equal(client.state.phase, 'listening');
    await tabs.pass(1_000);
    for (const { client } of others) assert.match(client.state.phase, /^(ready|joined|error)$/);
    await end(tabs, others);
  });

  test(`A tab that is closed during a hand-over is not shown as listening when it comes back (${way})`, async () => {
    const { tabs, all, leader, others } = await several(2, secure);
    const [other] = others;
    assert.ok(other);
    leader.close();
    await tabs.pass(10);
    other.browser.tell('pagehide', true);
    assert.equal(other.client.state.phase, 'ready');
    assert.equal(other.left - other.browser.handlers, 0, 'no timer is left');
    other.browser.tell('pageshow', true);
    await tabs.pass(3_000);
    assert.deepEqual(names(tabs.holders), [other.name]);
    await end(
      tabs,
      all.filter((tab) => tab !== leader),
    );
  });

  test(`A tab that is told to wait leaves the lead to one that may ask (${way})`, async () => {
    const { tabs, leader, waiting } = await oneWaits(secure);
    const other = tabs.open();
    await tabs.pass(2_000);
    leader.close();
    await tabs.pass(3_000);
    assert.deepEqual(names(tabs.holders), [other.name]);
    waiting.browser.weather.answer = null;
    await tabs.pass(60_000);
    assert.deepEqual(names(tabs.holders), [other.name], 'the lead stays where it is');
    assert.deepEqual([waiting.client.state.phase, waiting.client.state.shared], ['listening', true]);
    await end(tabs, [waiting, other]);
  });

  test(`A tab that waited, and finds nobody to lead, leads (${way})`, async () => {
    const { tabs, leader, waiting } = await oneWaits(secure);
    leader.close();
    waiting.browser.weather.answer = null;
    await tabs.pass(50_000);
    assert.deepEqual(names(tabs.holders), []);
    await tabs.pass(12_000);
    assert.deepEqual(names(tabs.holders), [waiting.name]);
    await end(tabs, [waiting]);
  });

  test(`A person does not wait, and leads if nobody else does (${way})`, async () => {
    const { tabs, leader, waiting } = await oneWaits(secure);
    leader.close();
    waiting.browser.weather.answer = null;
    await tabs.pass(3_000);
    waiting.client.retryNow();
    await tabs.pass(1_000);
    assert.deepEqual(names(tabs.holders), [waiting.name]);
    await end(tabs, [waiting]);
  });

  test(`Who leads now counts, though the clock was set back since (${way})`, async () => {
    const { tabs, all, leader, others } = await several(3, secure);
    leader.show(false);
    leader.browser.freeze();
    for (const { browser } of all) browser.clock.wrong = -3_600_000;
    const [second, third] = two(others);
    second.client.retryNow();
    await tabs.pass(6_000);
    const [next, ...more] = tabs.holders.filter((tab) => tab !== leader);
    assert.ok(next);
    assert.deepEqual(names(more), []);
    const follower = next === second ? third : second;
    follower.browser.sent.splice(0);
    leader.browser.thaw();
    await tabs.pass(30_000);
    assert.deepEqual(names(tabs.holders), [next.name], 'it has not been taken from the one that leads');
    for (const tab of [leader, follower]) {
      const { phase, transport, shared } = tab.client.state;
      assert.deepEqual([phase, transport, shared], ['listening', 'iframe', true]);
    }
    await end(tabs, all);
  });

  test(`To measure again in a tab that is led has the one that leads measure (${way})`, async () => {
    const { tabs, all, leader, others } = await several(2, secure);
    const [other] = others;
    assert.ok(other);
    leader.browser.weather.buffered = true;
    for (const stream of leader.browser.streams) stream.cut();
    leader.client.retryNow();
    await tabs.pass(8_000);
    assert.deepEqual(
      all.map(({ client }) => client.state.transport),
      ['long-poll', 'long-poll'],
    );
    leader.browser.weather.buffered = false;
    other.client.setTransport('auto');
    other.client.retryNow();
    await tabs.pass(1_000);
    assert.deepEqual(
      all.map(({ client }) => client.state.transport),
      ['iframe', 'iframe'],
    );
    leader.browser.sent.splice(0);
    other.client.retryNow();
    await tabs.pass(1_000);
    assert.deepEqual(leader.browser.sent, ['poll', 'stream']);
    await end(tabs, all);
  });
}
