import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lead } from './lead';
import { FakeTabs } from './testing/faketabs';
import type { FakeTab } from './testing/faketabs';

const ways = [
  ['Web Locks', true],
  ['leases', false],
] as const;

/** Tabs with nothing in them but the lead, and what each was told. */
function leads(secure: boolean, count: number) {
  const tabs = new FakeTabs({ secure });
  const made = Array.from({ length: count }, () => {
    const tab = tabs.open();
    tab.client.stop();
    return candidate(tab);
  });
  return { tabs, made };
}

function candidate({ browser, name }: FakeTab) {
  const told: string[] = [];
  const lead = new Lead(browser, 'lead', name, {
    won: () => void told.push('won'),
    lost: (loss) => void told.push(loss),
  });
  return { lead, told, browser };
}

for (const [way, secure] of ways) {
  test(`A lead that is stopped is free at once, and can be had again (${way})`, async () => {
    const { tabs, made } = leads(secure, 2);
    const [one, other] = made;
    assert.ok(one && other);
    await tabs.pass(1_000);
    one.lead.start();
    await tabs.pass(1_000);
    assert.deepEqual([one.lead.held, one.told], [true, ['won']]);
    one.lead.stop(false);
    assert.equal(one.lead.held, false);
    one.lead.stop(false);
    other.lead.start();
    await tabs.pass(5_000);
    assert.equal(other.lead.held, true);
    one.lead.start();
    await tabs.pass(5_000);
    assert.deepEqual([one.lead.held, one.told], [false, ['won']]);
    other.lead.stop(false);
    await tabs.pass(5_000);
    assert.deepEqual([one.lead.held, one.told], [true, ['won', 'won']]);
    assert.deepEqual(other.told, ['won'], 'who stops is not told that it has lost');
    one.lead.stop(false);
    await tabs.pass(100);
    assert.equal(tabs.locked, 0);
    assert.equal(one.browser.clock.waiting + other.browser.clock.waiting, 0);
  });

  test(`What was wanted before a stop is not wanted after it (${way})`, async () => {
    const { tabs, made } = leads(secure, 2);
    const [one, other] = made;
    assert.ok(one && other);
    await tabs.pass(1_000);
    one.lead.start();
    await tabs.pass(10_000);
    other.lead.start();
    await tabs.pass(1_000);
    // Neither to take the lead from the other, nor to leave it alone.
    other.lead.seize();
    other.lead.stop(false);
    other.lead.start();
    await tabs.pass(1_000);
    assert.deepEqual([one.told, other.told], [['won'], []]);
    other.lead.rest();
    other.lead.stop(false);
    other.lead.start();
    one.lead.stop(false);
    await tabs.pass(5_000);
    assert.equal(other.lead.held, true);
    other.lead.stop(false);
  });

  test(`Who rests does not lead until it goes on, and does not give up what it has (${way})`, async () => {
    const { tabs, made } = leads(secure, 2);
    const [one, other] = made;
    assert.ok(one && other);
    await tabs.pass(1_000);
    one.lead.start();
    other.lead.start();
    await tabs.pass(2_000);
    const [first, second] = one.lead.held ? [one, other] : [other, one];
    first.lead.rest();
    second.lead.rest();
    await tabs.pass(1_000);
    assert.equal(first.lead.held, true);
    first.lead.stop(false);
    await tabs.pass(10_000);
    assert.equal(second.lead.held, false);
    second.lead.resume();
    await tabs.pass(5_000);
    assert.equal(second.lead.held, true);
    second.lead.stop(false);
  });
}
