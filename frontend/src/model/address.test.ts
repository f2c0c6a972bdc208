import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onlyHere } from './address';

test('A link to this machine is told from one that others can open', () => {
  for (const host of [
    'localhost',
    'LOCALHOST:8080',
    'chat.localhost',
    '127.0.0.1:8080',
    '127.1.2.3',
    '[::1]:80',
  ]) {
    assert.ok(onlyHere(`http://${host}/join/x`), host);
  }
  for (const host of [
    'chat.example.org',
    'localhost.example.org',
    '192.168.1.7:8080',
    '[fe80::1]',
    '1.127.0.0',
  ]) {
    assert.ok(!onlyHere(`https://${host}/join/x`), host);
  }
  assert.ok(!onlyHere('/join/x'));
});
