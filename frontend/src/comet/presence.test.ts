import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PresenceFeed } from './presence';
import { listening } from './testing/scene';
import type { Presence, PresenceNotice } from './types';

test('What a stream still tells when a newer poll has been answered does not put people back', async () => {
  const { client, browser, recorder, node, pass } = await listening();
  const [stream] = browser.streams;
  assert.ok(stream);
  const event = { event: 'presence', snapshot: false, notices: [] };
  // The poll that looks after the stream is answered at once; the stream after it is not.
  node.data = ({ mode }, connection) => {
    if (mode === 'poll') connection.write([{ ...event, revision: '3~', states: { '3': 'away' } }], true);
  };
  client.retryNow();
  await pass(100);
  assert.deepEqual(recorder.states, { '3': 'away' });
  const notice = { user: '3', notice: 'went-offline', time: 1 };
  const late = { ...event, revision: '2~', states: { '3': 'offline' }, here: { '7': 2 }, notices: [notice] };
  stream.write([late, late], false);
  await pass(10);
  assert.deepEqual(recorder.states, { '3': 'away' });
  assert.deepEqual(recorder.here, {});
  assert.deepEqual(recorder.notices, [notice]);
  client.stop();
});

test('Of an older request nothing is left but notices, and the revision stays', () => {
  const passed: Presence[] = [];
  const feed = new PresenceFeed((presence) => passed.push(presence));
  const notice = { user: '3', notice: 'went-offline', time: 1 };
  const event = { event: 'presence', snapshot: true, notices: [], here: { '7': 2 } } as const;
  const take = (revision: string, state: string, request: number, notices: PresenceNotice[] = []) =>
    feed.take(feed.current({ ...event, revision, states: { '3': state }, notices }, request));
  take('1', 'online', 4);
  take('3', 'away', 5);
  take('2', 'offline', 4, [notice]);
  take('2', 'offline', 4, [notice]);
  assert.equal(feed.revision, '3');
  assert.deepEqual(passed.slice(2), [{ snapshot: false, states: {}, notices: [notice], here: {} }]);
  take('4', 'online', 5);
  assert.deepEqual(passed[3]?.states, { '3': 'online' });
});
