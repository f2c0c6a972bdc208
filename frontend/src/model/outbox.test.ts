import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { Problem, Unreachable } from '../api/http';
import type { Message } from '../api/records';
import { Outbox, type SharedOutbox } from './outbox';
import { ana, Later, message, settled } from './testing/world';

interface Call {
  readonly clientId: string;
  readonly body: string;
}

const away = () => new Unreachable(new Error('no network'));
const refusal = (status: number, retryAfter: number | null = null) =>
  new Problem(status, 'No.', retryAfter, {});

function setUp() {
  const answers = new Later<Message>();
  const calls: Call[] = [];
  const acknowledged: Message[] = [];
  const outbox = new Outbox({
    room: 7,
    post: ({ clientId, body }) => {
      calls.push({ clientId, body });
      return answers.ask();
    },
    sent: (sent) => acknowledged.push(sent),
  });
  const stored = (call: Call | undefined, number: number) =>
    message(number, { author: ana, client_id: call?.clientId ?? '', body: call?.body ?? '' });
  const states = () => outbox.entries.value.map((entry) => entry.state);
  return { outbox, answers, calls, acknowledged, stored, states };
}

/** What the tabs of a browser have in common, of which this one sends. */
const keepingAll = (): SharedOutbox => ({
  leads: true,
  join: () => [],
  leave: () => {},
  keep: async () => true,
  has: async () => true,
  change: () => {},
  drop: async () => true,
  sent: () => {},
  wake: () => {},
});

describe('the outbox', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'] }));
  afterEach(() => mock.timers.reset());

  const pass = async (ms: number) => {
    mock.timers.tick(ms);
    await settled();
  };

  test('shows a message at once and marks it sent on acknowledgement', async () => {
    const { outbox, answers, calls, acknowledged, stored, states } = setUp();
    outbox.send('hello');
    assert.deepEqual(states(), ['sending']);
    await answers.answer({ ...stored(calls[0], 5), html: '<p>hello</p>' });
    assert.deepEqual(states(), ['sent']);
    assert.equal(outbox.entries.value[0]?.number, 5);
    assert.equal(outbox.entries.value[0]?.html, '<p>hello</p>');
    assert.equal(acknowledged.length, 1);
    assert.equal(outbox.unsent, false);
  });

  test('sends what is written at any moment while what the tabs have in common is opened', async () => {
    for (let turns = 0; turns < 12; turns++) {
      const sent: string[] = [];
      const shared = Promise.resolve(keepingAll());
      const outbox = new Outbox({
        room: 7,
        post: async ({ body, clientId }) => {
          sent.push(body);
          return message(1, { author: ana, client_id: clientId, body });
        },
        sent: () => {},
        shared,
      });
      for (let i = 0; i < turns; i++) await Promise.resolve();
      outbox.send('hello');
      await settled();
      assert.deepEqual(sent, ['hello'], `after ${turns} turns`);
    }
  });

  test('sends one after the other, in the order they were written', async () => {
    const { outbox, answers, calls, stored } = setUp();
    outbox.send('one');
    outbox.send('two');
    await settled();
    assert.deepEqual(
      calls.map((call) => call.body),
      ['one'],
    );
    await answers.answer(stored(calls[0], 1));
    assert.deepEqual(
      calls.map((call) => call.body),
      ['one', 'two'],
    );
  });

  test('tries again under the same client_id when no answer came', async () => {
    const { outbox, answers, calls, stored, states } = setUp();
    outbox.send('hello');
    await answers.fail(away());
    assert.deepEqual(states(), ['sending']);
    await pass(1_000);
    await answers.fail(refusal(503));
    await pass(4_000);
    await answers.answer(stored(calls[2], 1));
    assert.deepEqual(states(), ['sent']);
    assert.equal(new Set(calls.map((call) => call.clientId)).size, 1);
  });

  test('shows it as failed when the server stays away, and holds back what comes after it', async () => {
    const { outbox, answers, calls, states } = setUp();
    outbox.send('one');
    outbox.send('two');
    for (const pause of [1_000, 4_000, 0]) {
      await answers.fail(away());
      await pass(pause);
    }
    assert.deepEqual(states(), ['failed', 'sending']);
    assert.equal(outbox.entries.value[0]?.problem, null);
    assert.equal(calls.length, 3);
  });

  test('goes on in order by itself when the connection is back', async () => {
    const { outbox, answers, calls, stored, states } = setUp();
    outbox.send('one');
    outbox.send('two');
    for (const pause of [1_000, 4_000, 0]) {
      await answers.fail(away());
      await pass(pause);
    }
    outbox.wake();
    await settled();
    await answers.answer(stored(calls[3], 1));
    await answers.answer(stored(calls[4], 2));
    assert.deepEqual(states(), ['sent', 'sent']);
    assert.deepEqual(
      calls.slice(3).map((call) => call.body),
      ['one', 'two'],
    );
  });

  test('tries again after a while even when nobody says that the connection is back', async () => {
    const { outbox, answers, calls } = setUp();
    outbox.send('one');
    for (const pause of [1_000, 4_000, 30_000]) {
      await answers.fail(away());
      await pass(pause);
    }
    assert.equal(calls.length, 4);
  });

  test('waits as long as the server asks', async () => {
    const { outbox, answers, calls } = setUp();
    outbox.send('fast');
    await answers.fail(refusal(429, 9));
    await pass(8_999);
    assert.equal(calls.length, 1);
    await pass(1);
    assert.equal(calls.length, 2);
  });

  test('shows the sentence of a refusal and lets the others pass', async () => {
    const { outbox, answers, calls, stored, states } = setUp();
    outbox.send('refused');
    outbox.send('fine');
    await answers.fail(refusal(403));
    assert.equal(outbox.entries.value[0]?.problem, 'No.');
    await answers.answer(stored(calls[1], 1));
    assert.deepEqual(states(), ['sent', 'failed']);
  });

  test('retries and deletes on demand', async () => {
    const { outbox, answers, calls, states } = setUp();
    outbox.send('refused');
    await answers.fail(refusal(403));
    outbox.retry(calls[0]?.clientId ?? '');
    await settled();
    assert.deepEqual(states(), ['sending']);
    assert.equal(calls[1]?.clientId, calls[0]?.clientId);
    await answers.fail(refusal(403));
    outbox.remove(calls[0]?.clientId ?? '');
    assert.deepEqual(states(), []);
    assert.equal(outbox.unsent, false);
  });

  test('lets go of a message that the room brought before the acknowledgement', async () => {
    const { outbox, answers, calls, acknowledged, stored, states } = setUp();
    outbox.send('hello');
    outbox.settle([calls[0]?.clientId ?? ''], 5);
    assert.deepEqual(states(), []);
    await answers.answer(stored(calls[0], 5));
    assert.deepEqual(states(), []);
    assert.equal(acknowledged.length, 1);
  });

  test('stops trying once the room has brought the message after all', async () => {
    const { outbox, answers, calls } = setUp();
    outbox.send('hello');
    await answers.fail(away());
    outbox.settle([calls[0]?.clientId ?? ''], 5);
    await pass(60_000);
    assert.equal(calls.length, 1);
  });

  test('is quiet after it was stopped', async () => {
    const { outbox, answers, calls } = setUp();
    outbox.send('hello');
    await answers.fail(away());
    outbox.stop();
    await pass(120_000);
    assert.equal(calls.length, 1);
  });

  test('a pause that the server wants is no failure, however often and long, and can be seen', async () => {
    const { outbox, answers, calls, stored, states } = setUp();
    outbox.send('slowly');
    for (let i = 0; i < 5; i++) {
      await answers.fail(refusal(429, 60));
      assert.deepEqual([states(), outbox.entries.value[0]?.due], [['sending'], Date.now() + 60_000]);
      await pass(59_999);
      assert.equal(calls.length, i + 1);
      await pass(1);
      assert.equal(outbox.entries.value[0]?.due, null);
    }
    await answers.answer(stored(calls[5], 1));
    assert.deepEqual(states(), ['sent']);
  });

  test('one that waits can be taken back, and the next goes out', async () => {
    const { outbox, answers, calls } = setUp();
    outbox.send('one');
    outbox.send('two');
    await answers.fail(refusal(429, 60));
    outbox.remove(calls[0]?.clientId ?? '');
    await settled();
    assert.equal(calls.at(-1)?.body, 'two');
  });

  test('of what was refused for want of a right the sentence goes when there is one again', async () => {
    const { outbox, answers, calls, states } = setUp();
    outbox.send('while muted');
    outbox.send('too long');
    await answers.fail(refusal(403));
    await answers.fail(refusal(422));
    outbox.excuse();
    assert.deepEqual(states(), ['failed', 'failed']);
    assert.deepEqual(
      outbox.entries.value.map((entry) => entry.problem),
      ['', 'No.'],
    );
    outbox.wake();
    await pass(60_000);
    assert.equal(calls.length, 2, 'it goes out only when its author wants it');
    outbox.retry(calls[0]?.clientId ?? '');
    await settled();
    assert.equal(calls.length, 3);
  });
});
