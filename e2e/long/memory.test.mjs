// A tab that has seen 50,000 messages.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { launchChromium } from '../lib/browser.mjs';
import { Server } from '../lib/server.mjs';
import { grow } from './memory.mjs';

test('the memory of a tab is flat over 50,000 messages', async (t) => {
  const server = await new Server().start();
  t.after(() => server.dispose());
  const browser = await launchChromium();
  t.after(() => browser.close());
  const held = await grow(server, browser, [2_000, 8_000, 10_000, 15_000, 15_000]);
  for (const { heap, nodes, listeners } of held)
    t.diagnostic(`${(heap / 1e6).toFixed(1)} MB, ${nodes} nodes, ${listeners} listeners`);
  const [first, last] = [held[0], held.at(-1)];
  assert.ok(first && last);
  assert.ok(last.heap < first.heap * 1.25, `the heap grew from ${first.heap} to ${last.heap} bytes`);
  assert.ok(last.nodes < first.nodes * 1.25, `the document grew from ${first.nodes} to ${last.nodes} nodes`);
});
