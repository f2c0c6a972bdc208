import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Feeds } from './feeds';
import { FakeBrowser } from './testing/fakebrowser';
import { FakeLog } from './testing/fakelog';
import { Recorder } from './testing/recorder';

function made() {
  const recorder = new Recorder(new FakeLog());
  const told = { room: true, changes: 0 };
  const feeds = new Feeds(new FakeBrowser([]), recorder, {
    room: () => told.room,
    behind: () => {},
    changed: () => {
      told.changes += 1;
    },
  });
  feeds.start(new AbortController().signal);
  return { feeds, recorder, told };
}

test('A topic that is refused is followed no longer, and the server is told so', async () => {
  const { feeds, recorder, told } = made();
  feeds.subscribe('a', [1, 0]);
  assert.equal(told.changes, 1);
  told.room = false;
  feeds.subscribe('a', [1, 5]);
  assert.equal(feeds.has('a'), false);
  assert.equal(told.changes, 2);
  feeds.subscribe('b', [1, 0]);
  assert.equal(told.changes, 2, 'nothing has changed for the server');
  await Promise.resolve();
  assert.deepEqual(recorder.unsubscribed, ['a limit', 'b limit']);
});

test('A topic that was refused, and has found room since, is not told of as refused', async () => {
  const { feeds, recorder, told } = made();
  told.room = false;
  feeds.subscribe('a', [1, 0]);
  told.room = true;
  feeds.subscribe('a', [1, 0]);
  await Promise.resolve();
  assert.deepEqual(recorder.unsubscribed, []);
  assert.equal(feeds.has('a'), true);
});
