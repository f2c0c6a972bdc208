import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CometState } from '../comet/types';
import { Connection, finding } from './connection';
import { listening } from './testing/chat-world';

const at = 1_000_000;
const minute = 60_000;
const held: CometState = { ...listening, transport: 'long-poll', detected: { why: 'buffered', at } };

describe('what was found out about the way to the server', () => {
  test('is nothing until there is a stream, which shows that it is free', () => {
    assert.deepEqual(finding({ ...listening, transport: null }, 'auto', at), { kind: 'nothing' });
    assert.deepEqual(finding({ ...listening, transport: 'long-poll' }, 'long-poll', at), { kind: 'nothing' });
    assert.deepEqual(finding(listening, 'auto', at), { kind: 'free' });
  });

  test('is why streams were given up, and until when', () => {
    assert.deepEqual(finding(held, 'auto', at + minute), {
      kind: 'obstacle',
      why: 'buffered',
      at,
      until: at + 10 * minute,
      over: false,
      forced: false,
    });
    const later = finding(held, 'auto', at + 10 * minute);
    assert.ok(later.kind === 'obstacle');
    assert.equal(later.until, null);
  });

  test('is over once a stream has come through', () => {
    const found = finding({ ...held, transport: 'iframe' }, 'auto', at + minute);
    assert.ok(found.kind === 'obstacle');
    assert.deepEqual([found.until, found.over], [null, true]);
  });

  test('does not count for a transport that somebody chose', () => {
    const found = finding(held, 'long-poll', at + minute);
    assert.ok(found.kind === 'obstacle');
    assert.deepEqual([found.until, found.forced], [null, true]);
  });

  test('lies ahead where the clock was put back, and is not counted from', () => {
    const found = finding(held, 'auto', at - minute);
    assert.ok(found.kind === 'obstacle');
    assert.equal(found.until, null);
  });
});

test('that it is back is told once after it was away, and not when it comes for the first time', () => {
  const connection = new Connection(() => {});
  const backs: number[] = [];
  for (const phase of ['ready', 'listening', 'listening', 'error', 'listening'] as const) {
    connection.take({ ...listening, phase });
    backs.push(connection.back.value);
  }
  connection.stop();
  assert.deepEqual(backs, [0, 0, 0, 0, 1]);
});
