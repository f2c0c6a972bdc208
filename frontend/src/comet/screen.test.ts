import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listening, scene } from './testing/scene';
import type { Scene } from './testing/scene';
import { tabView, together } from './view';
import type { TabView } from './view';

const tab: TabView = { people: [], room: null, idle: false, visible: false, seen: 0 };

function told({ node }: Scene): unknown[] {
  return node.operations.slice(1).map(({ op, state, people, room }) => state ?? { op, people, room });
}

test('Of the people on many tabs those of the nearest come first, and 200 are enough', () => {
  const people = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `${from + i}`);
  const { people: all } = together([
    { ...tab, people: people(300, 400), seen: 1 },
    { ...tab, people: people(500, 600), seen: 2 },
    { ...tab, people: people(100, 200), visible: true },
  ]);
  assert.deepEqual(all, [...people(100, 200), ...people(500, 600)]);
  assert.deepEqual(together([tab, { ...tab, people: ['9', '10', '9'] }]).people, ['10', '9']);
});

test('The room is that of the tab in sight that was turned to last, or the last that has one', () => {
  const hidden = { ...tab, room: 'hidden', seen: 9 };
  const beside = { ...tab, room: 'beside', visible: true, seen: 3 };
  const last = { ...tab, room: 'last', visible: true, seen: 5 };
  assert.equal(together([hidden, beside, last]).room, 'last');
  assert.equal(together([hidden, beside, { ...last, room: null }]).room, 'beside');
  assert.equal(together([tab, hidden]).room, 'hidden');
  assert.equal(together([tab]).room, null);
});

test('Only when every tab is idle nobody is there', () => {
  const idle = { ...tab, idle: true };
  assert.equal(together([idle, idle]).idle, true);
  assert.equal(together([idle, tab]).idle, false);
});

test('A tab that says nothing of what it shows shows nothing, and is in use', () => {
  assert.deepEqual(tabView(undefined), tab);
  const people = Array.from({ length: 300 }, (_, i) => `${i}`);
  assert.equal(tabView({ people }).people.length, 200);
});

test('Data requests tell what is shown, whether nobody is there, and how long a request takes', async () => {
  const { client, node, pass } = scene();
  client.view(['12', '5'], '7');
  client.activity('idle');
  client.start();
  await pass(100);
  assert.deepEqual(
    node.requests.map(({ mode, people, room, idle, round_trip }) => ({
      mode,
      people,
      room,
      idle,
      round_trip,
    })),
    ['poll', 'stream'].map((mode) => ({ mode, people: ['12', '5'], room: '7', idle: true, round_trip: 10 })),
  );
  assert.equal(node.operations.length, 1, 'there is nothing else to tell');
  client.stop();
});

test('Without anything to tell they tell nothing', async () => {
  const { client, node } = await listening();
  for (const request of node.requests)
    assert.deepEqual(
      ['people', 'room', 'idle'].filter((name) => name in request),
      [],
    );
  client.stop();
});

test('What a list shows is told to a stream once it has come to rest, and at the latest after a second', async () => {
  const made = await listening();
  const { client, node, pass } = made;
  for (let i = 0; i < 5; i += 1) {
    client.view([`${i}`], '7');
    await pass(100);
  }
  assert.deepEqual(told(made), []);
  await pass(200);
  assert.deepEqual(told(made), [{ op: 'view', people: ['4'], room: '7' }]);
  assert.equal(node.operations.at(-1)?.n, 2, 'with the number of the newest data request');
  for (let i = 0; i < 11; i += 1) {
    client.view([`${i}`], null);
    await pass(99);
  }
  assert.deepEqual(told(made).at(-1), { op: 'view', people: ['10'], room: undefined });
  assert.equal(told(made).length, 2);
  assert.deepEqual(node.views, [{ people: ['10'], room: null, idle: false }]);
  client.stop();
});

test('What is shown again as before, or in another order, is not told', async () => {
  const made = await listening();
  const { client, browser, pass } = made;
  client.view(['1', '2'], '7');
  await pass(300);
  client.view(['3'], '8');
  await pass(100);
  client.view(['2', '1'], '7');
  await pass(1_000);
  browser.tell('focus');
  browser.tell('visibilitychange');
  await pass(1_000);
  assert.equal(told(made).length, 1);
  client.stop();
});

test('Whether anybody is there is told at once', async () => {
  const made = await listening();
  const { client, node, pass } = made;
  client.activity('active');
  client.activity('idle');
  await pass(20);
  assert.deepEqual(told(made), ['idle']);
  assert.equal(node.operations.at(-1)?.round_trip, 10);
  client.view(['1'], null);
  client.activity('active');
  await pass(20);
  assert.deepEqual(told(made).slice(1), [{ op: 'view', people: ['1'], room: undefined }, 'active']);
  assert.deepEqual(node.views, [{ people: ['1'], room: null, idle: false }]);
  await pass(1_000);
  assert.equal(told(made).length, 3);
  client.stop();
});

test('A long-polling client tells it by another request, and asks for nothing when nothing has changed', async () => {
  const { client, node, browser, pass } = await listening({ transport: 'long-poll' });
  client.view(['1'], '7');
  await pass(300);
  client.activity('idle');
  await pass(50);
  assert.deepEqual(node.views, [{ people: ['1'], room: '7', idle: true }]);
  const requests = node.requests.length;
  browser.tell('focus');
  await pass(1_000);
  client.activity('idle');
  await pass(1_000);
  assert.equal(node.requests.length, requests);
  assert.equal(node.operations.length, 1);
  client.stop();
});

test('A node that does not know the session is told by a data request', async () => {
  const { client, node, pass } = await listening();
  node.sessions.clear();
  client.view(['1'], '7');
  client.activity('idle');
  await pass(100);
  assert.deepEqual(node.views, [{ people: ['1'], room: '7', idle: true }]);
  assert.equal(node.operations.filter(({ op }) => op === 'join').length, 1);
  client.stop();
});

test('Of two nodes it is the one that serves the stream that knows', async () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const { client, nodes, pass } = await listening({ nodes: 2, seed });
    for (let i = 0; i < 5; i += 1) {
      client.view([`${i}`], '7');
      await pass(3_000);
      const views = nodes.flatMap(({ views }) => views);
      assert.deepEqual(views, [{ people: [`${i}`], room: '7', idle: false }], `seed ${seed}`);
    }
    client.stop();
  }
});

test('A server of the version before, which knows no views, is not asked again and again', async () => {
  const { client, node, browser, pass } = await listening();
  const known = node.control.bind(node);
  node.control = (body) => {
    const { events } = known(body);
    const text = 'This operation does not exist.';
    return { events: events.map(() => ({ event: 'error', op: 'view', code: 'unknown-operation', text })) };
  };
  browser.sent.splice(0);
  client.view(['1'], '7');
  await pass(5_000);
  assert.deepEqual(browser.sent, ['control']);
  assert.equal(client.state.phase, 'listening');
  client.stop();
});

test('Nothing is left of a change when the client stops', async () => {
  const { client, browser, node, pass } = await listening();
  client.view(['1'], '7');
  client.stop();
  assert.equal(browser.clock.waiting + browser.handlers, 0);
  await pass(2_000);
  assert.equal(node.operations.length, 1);
  client.start();
  await pass(100);
  assert.deepEqual(node.views.at(-1), { people: ['1'], room: '7', idle: false });
  client.stop();
});
