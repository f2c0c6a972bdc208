// A real conversation at many times its speed, in front of two browsers, and what a tab holds after many messages: the
// short forms of e2e/long.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { launch, launchChromium } from './lib/browser.mjs';
import { Server } from './lib/server.mjs';
import { grow } from './long/memory.mjs';
import { replay } from './long/replay.mjs';

test('ten minutes at 60 times their speed: nothing is missed, and who reads back is not moved', async (t) => {
  const server = await new Server().start();
  t.after(() => server.dispose());
  const [follower, reader] = await Promise.all([launch('Firefox'), launch('Chromium')]);
  t.after(() => Promise.all([follower.close(), reader.close()]));
  const { lines, moved } = await replay(server, follower, reader, { minutes: 10, speed: 60 });
  t.diagnostic(`${lines} lines; the view of the one who reads back moved by ${moved} px`);
  assert.ok(moved < 1, `the view moved by ${moved} px`);
});

test('the memory of a tab is flat over 3,000 messages', async (t) => {
  const server = await new Server().start();
  t.after(() => server.dispose());
  const browser = await launchChromium();
  t.after(() => browser.close());
  const [first, last] = await grow(server, browser, [1_000, 2_000]);
  assert.ok(first && last);
  t.diagnostic(`${first.heap} bytes and ${first.nodes} nodes became ${last.heap} and ${last.nodes}`);
  assert.ok(last.heap < first.heap * 1.25, `the heap grew from ${first.heap} to ${last.heap} bytes`);
  assert.ok(last.nodes < first.nodes * 1.25, `the document grew from ${first.nodes} to ${last.nodes} nodes`);
});
