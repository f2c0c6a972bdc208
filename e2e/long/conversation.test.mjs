// An hour of a real conversation at 60 times its speed, in front of two browsers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { launch } from '../lib/browser.mjs';
import { Server } from '../lib/server.mjs';
import { replay } from './replay.mjs';

test('an hour at 60 times its speed: nothing is missed, and who reads back is not moved', async (t) => {
  const server = await new Server().start();
  t.after(() => server.dispose());
  const [follower, reader] = await Promise.all([launch('Firefox'), launch('Chromium')]);
  t.after(() => Promise.all([follower.close(), reader.close()]));
  const { lines, moved } = await replay(server, follower, reader, { minutes: 60, speed: 60 });
  t.diagnostic(`${lines} lines; the view of the one who reads back moved by ${moved} px`);
  assert.ok(moved < 1, `the view moved by ${moved} px`);
});
