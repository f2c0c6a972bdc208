import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { WorkspaceSettings } from '../api/administration-records';
import { bytes } from './format';
import { inviteState } from './invites';
import { parseRoute } from './route';
import { settingsChange } from './workspace-settings';

describe('the settings of the workspace', () => {
  const opened: WorkspaceSettings = {
    name: 'Home',
    sign_up: 'invite',
    retention_days: null,
    flood_messages: 10,
    flood_seconds: 5,
  };
  const typed = {
    name: 'Home',
    sign_up: 'invite',
    retention_days: '0',
    flood_messages: '10',
    flood_seconds: '5',
  };

  test('send what is different', () => {
    assert.equal(settingsChange(opened, typed), null);
    assert.equal(settingsChange(opened, {}), null);
    assert.deepEqual(settingsChange(opened, { ...typed, sign_up: 'open', flood_seconds: '60' }), {
      sign_up: 'open',
      flood_seconds: 60,
    });
  });

  test('tell for ever as null', () => {
    assert.deepEqual(settingsChange({ ...opened, retention_days: 30 }, typed), { retention_days: null });
    assert.deepEqual(settingsChange(opened, { ...typed, retention_days: '90' }), { retention_days: 90 });
  });

  test('leave it to the server to refuse what is no number', () => {
    for (const wrong of ['', 'ten', '1.5', '-3']) {
      assert.deepEqual(settingsChange(opened, { ...typed, flood_messages: wrong }), { flood_messages: 0 });
    }
  });
});

test('An invite is open until it is taken back, used up or too old', () => {
  const invite = { revoked: false, uses: 4, max_uses: 5, expires_at: 1000 };
  assert.equal(inviteState(invite, 999), 'open');
  assert.equal(inviteState(invite, 1000), 'expired');
  assert.equal(inviteState({ ...invite, uses: 5 }, 0), 'used-up');
  assert.equal(inviteState({ ...invite, max_uses: null, uses: 5000 }, 0), 'open');
  assert.equal(inviteState({ ...invite, revoked: true }, 0), 'revoked');
});

test('Sizes are told in the unit that fits', () => {
  assert.deepEqual([0, 1, 999, 1_000, 34_500, 12_000_000, 3_400_000_000].map(bytes), [
    '0 bytes',
    '1 byte',
    '999 bytes',
    '1 kB',
    '35 kB',
    '12 MB',
    '3.4 GB',
  ]);
});

test('The link for a new password has a page', () => {
  assert.deepEqual(parseRoute('/reset/ABC'), { name: 'reset', token: 'ABC' });
  assert.deepEqual(parseRoute('/reset'), { name: 'unknown' });
});
