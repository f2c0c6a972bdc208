import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Connected } from '../api/account-records';
import { withOwn } from './live-connections';

const connected = (device: string, transport: string): Connected => ({
  device,
  transport,
  round_trip_ms: 80,
  idle: false,
});
const own: Connected = { device: '', transport: 'iframe', round_trip_ms: 12, idle: true };
const plain = connected('plain', '');
const stream = connected('browser', 'iframe');
const poll = connected('phone', 'long-poll');

describe('what is connected of this browser', () => {
  test('has this page once, in its newest state, and all others', () => {
    assert.deepEqual(withOwn(own, [plain, poll, stream]), [own, plain, poll]);
    assert.deepEqual(withOwn(own, [stream, stream]), [own, stream]);
  });

  test('has this page instead of the way that it was connected before', () => {
    assert.deepEqual(withOwn(own, [plain, poll]), [own, plain]);
  });

  test('has this page before the server tells of it', () => {
    assert.deepEqual(withOwn(own, [plain]), [own, plain]);
    assert.deepEqual(withOwn(own, []), [own]);
  });

  test('is as the server says while this page is not', () => {
    assert.deepEqual(withOwn(null, [plain, stream]), [plain, stream]);
  });
});
