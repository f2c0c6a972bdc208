import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { browserTabs } from './browsertabs';
import { CometClient } from './client';
import { FakeTabs } from './testing/faketabs';

const channels = globalThis.BroadcastChannel;

/** What a browser has that refuses it, as where storage is blocked. */
class Refused {
  constructor() {
    throw new DOMException('The operation is insecure.', 'SecurityError');
  }
}

/** A page over plain HTTP: without Web Locks. */
Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });

afterEach(() => {
  globalThis.BroadcastChannel = channels;
});

test('Tabs talk where the browser lets them', () => {
  assert.notEqual(browserTabs().channel, null);
});

test('Where the browser refuses a BroadcastChannel tabs cannot talk, and all goes on', async () => {
  globalThis.BroadcastChannel = Refused as unknown as typeof BroadcastChannel;
  const { channel } = browserTabs();
  assert.equal(channel, null);
  const tabs = new FakeTabs();
  const all = [tabs.open(), tabs.open()].map(({ browser, client, recorder }) => {
    client.stop();
    assert.ok(browser.tabs);
    browser.tabs.channel = channel;
    const cursors = { a: recorder.open('a') };
    const addresses = { control: '/comet/control', data: '/comet/data' };
    return new CometClient({ ...addresses, cursors, transport: 'auto', delegate: recorder }, browser);
  });
  for (const client of all) client.start();
  await tabs.pass(3_000);
  tabs.log.publish('a', 'one');
  await tabs.pass(3_000);
  assert.deepEqual(all.map(({ state }) => state.transport).sort(), ['iframe', 'poll']);
  for (const { recorder, browser } of tabs.tabs) {
    assert.deepEqual(recorder.shown.get('a'), ['one']);
    assert.deepEqual(browser.reported, []);
  }
  for (const client of all) client.leave();
  await tabs.pass(100);
  for (const { left } of tabs.tabs) assert.equal(left, 0);
});
