import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeTabs } from './testing/faketabs';
import { listening, scene } from './testing/scene';

test('Whoever types is told of every 3 s, for each topic by itself, and never later', async () => {
  const { client, node, browser, pass } = await listening();
  const begun = browser.time.now();
  const told: string[] = [];
  const known = node.control.bind(node);
  node.control = (body) => {
    for (const { state, topic } of body.operations)
      told.push(`${state} ${topic} ${browser.time.now() - begun}`);
    return known(body);
  };
  for (let i = 0; i < 70; i += 1) {
    client.typing('room:3');
    if (i === 10) client.typing('room:7');
    await pass(100);
  }
  await pass(10_000);
  assert.deepEqual(told, [
    'typing room:3 5',
    'typing room:7 1005',
    'typing room:3 3005',
    'typing room:3 6005',
  ]);
  client.stop();
});

test('A clock that was set back keeps nobody from typing', async () => {
  const { client, node, browser, pass } = await listening();
  client.typing('room:3');
  await pass(1_000);
  browser.clock.wrong = -3_600_000;
  client.typing('room:3');
  await pass(100);
  assert.equal(node.operations.filter(({ state }) => state === 'typing').length, 2);
  client.stop();
});

test('Typing is nothing worth a failure, or a try later on', async () => {
  const { client, node, browser, pass } = scene();
  client.typing('room:3');
  client.start();
  client.typing('room:3');
  await pass(5_000);
  assert.deepEqual(
    node.operations.map(({ op }) => op),
    ['join'],
  );
  browser.weather.down = true;
  client.typing('room:3');
  await pass(100);
  browser.weather.down = false;
  await pass(5_000);
  assert.equal(client.state.phase, 'listening');
  assert.deepEqual(browser.reported, []);
  assert.equal(node.operations.length, 1);
  client.stop();
});

test('A node that does not know the session is followed by another', async () => {
  const { client, node, browser, pass } = await listening();
  node.sessions.clear();
  browser.sent.splice(0);
  client.typing('room:3');
  await pass(1_000);
  assert.deepEqual(browser.sent, ['control', 'control']);
  client.stop();
});

test('A tab that does not lead says so itself, in the session of the one that does', async () => {
  const tabs = new FakeTabs();
  const all = [tabs.open(), tabs.open()];
  await tabs.pass(2_000);
  const [leader] = tabs.holders;
  const other = all.find((tab) => tab !== leader);
  assert.ok(leader && other);
  const [node] = tabs.nodes;
  const asked: unknown[] = [];
  const known = node?.control.bind(node);
  if (node && known)
    node.control = (body) => {
      asked.push(body);
      return known(body);
    };
  other.client.typing('room:3');
  await tabs.pass(100);
  const id = [...(node?.sessions.keys() ?? [])][0];
  assert.deepEqual(asked, [{ id, operations: [{ op: 'activity', state: 'typing', topic: 'room:3' }] }]);
  assert.equal(other.browser.sent.at(-1), 'control');
  // The next one goes on with the session, or has one of its own.
  leader.crash();
  await tabs.pass(60_000);
  other.client.typing('room:3');
  await tabs.pass(100);
  const last = [...(node?.sessions.keys() ?? [])].at(-1);
  assert.deepEqual(asked.at(-1), {
    id: last,
    operations: [{ op: 'activity', state: 'typing', topic: 'room:3' }],
  });
  assert.notEqual(last, id);
  other.client.stop();
});
