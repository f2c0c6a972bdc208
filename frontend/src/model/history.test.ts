import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { HistoryPage } from '../api/records';
import { History, KEEP, MOST, PAGE } from './history';
import { Later, Log } from './testing/world';

const numbers = (history: History) => history.messages.value.map((m) => m.number);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const reading = (log: Log) => new History((query) => Promise.resolve(log.page(query)));

describe('the window of messages', () => {
  test('opens at the newest page and knows that there is more', async () => {
    const history = reading(new Log().fill(100));
    await history.openNewest();
    assert.deepEqual(numbers(history), range(100 - PAGE + 1, 100));
    assert.equal(history.older.value, true);
    assert.equal(history.newer.value, false);
  });

  test('opens around the first unread message', async () => {
    const history = reading(new Log().fill(500));
    await history.openAround(200);
    assert.ok(history.first <= 200 && history.last > 200);
    assert.equal(history.newer.value, true);
  });

  test('opens a room that was never read at its beginning', async () => {
    const history = reading(new Log().fill(500));
    await history.openAround(0);
    await history.loadOlder();
    assert.deepEqual(numbers(history), range(1, PAGE + 1));
    assert.equal(history.older.value, false);
    assert.equal(history.newer.value, true);
  });

  test('grows upward page by page and then has no more', async () => {
    const history = reading(new Log().fill(2 * PAGE));
    await history.openNewest();
    await history.loadOlder();
    assert.deepEqual(numbers(history), range(1, 2 * PAGE));
    assert.equal(history.older.value, false);
  });

  test('begins where the room does when what came before was erased', async () => {
    const log = new Log().fill(500);
    const history = reading(log);
    assert.equal(history.beginAt(400), true); // nothing is shown yet
    await history.openNewest();
    assert.equal(history.beginAt(400), true);
    assert.deepEqual([history.first, history.older.value], [500 - PAGE + 1, true]);
    assert.equal(history.beginAt(480), true);
    assert.deepEqual(numbers(history), range(480, 500));
    assert.equal(history.older.value, false);
    assert.equal(history.beginAt(501), true); // there is nothing more to show
    assert.deepEqual([numbers(history), history.older.value], [[], false]);
  });

  test('shows nothing when all that was being read was erased, and says so', async () => {
    const history = reading(new Log().fill(500));
    await history.openAround(100);
    assert.equal(history.beginAt(400), false);
    assert.deepEqual(numbers(history), []);
  });

  test('asks for a page only once at a time', async () => {
    const log = new Log().fill(500);
    let asked = 0;
    const history = new History((query) => {
      asked++;
      return Promise.resolve(log.page(query));
    });
    await history.openNewest();
    await Promise.all([history.loadOlder(), history.loadOlder(), history.loadOlder()]);
    assert.equal(asked, 2);
  });

  test('stays small while a reader at the bottom gets 2,000 messages', async () => {
    const log = new Log().fill(10);
    const history = reading(log);
    await history.openNewest();
    for (let i = 0; i < 2000; i++) history.add(log.post());
    assert.ok(numbers(history).length <= MOST);
    assert.equal(history.last, 2010);
    assert.equal(history.older.value, true);
  });

  test('keeps what is being read and lets new messages wait below', async () => {
    const log = new Log().fill(PAGE);
    const history = reading(log);
    await history.openNewest();
    history.following = false;
    for (let i = 0; i < MOST + 10; i++) history.add(log.post());
    assert.equal(history.first, 1);
    assert.equal(history.newer.value, true);
    assert.ok(numbers(history).length <= MOST);
  });

  test('keeps the newest page when the room is left, unless somebody reads further up', async () => {
    const log = new Log().fill(200);
    const history = reading(log);
    await history.openNewest();
    await history.loadOlder();
    history.shrink();
    assert.deepEqual(numbers(history), range(200 - PAGE + 1, 200));
    assert.equal(history.older.value, true);
    await history.openAround(50);
    const before = numbers(history);
    history.shrink();
    assert.deepEqual(numbers(history), before);
  });

  test('comes down again to the newest message, by pages', async () => {
    const log = new Log().fill(1000);
    const history = reading(log);
    await history.openAround(100);
    while (history.newer.value) await history.loadNewer();
    assert.equal(history.last, 1000);
    assert.ok(numbers(history).length >= KEEP && numbers(history).length <= MOST);
  });

  test('takes a message once, whichever way and however often it comes', async () => {
    const log = new Log().fill(5);
    const history = reading(log);
    await history.openNewest();
    const next = log.post();
    assert.equal(history.add(next), true);
    assert.equal(history.add(next), true);
    assert.deepEqual(numbers(history), range(1, 6));
  });

  test('does not lose a message that comes while the newest page is on its way', async () => {
    const answers = new Later<HistoryPage>();
    const log = new Log().fill(5);
    const history = new History(answers.ask);
    const opening = history.openNewest();
    const page = log.page({ limit: PAGE });
    history.add(log.post());
    await answers.answer(page);
    await opening;
    assert.deepEqual(numbers(history), range(1, 6));
  });

  test('does not lose one while the reader jumps back to the newest page', async () => {
    const answers = new Later<HistoryPage>();
    const log = new Log().fill(5);
    const history = new History(answers.ask);
    const first = history.openNewest();
    await answers.answer(log.page({ limit: PAGE }));
    await first;
    const again = history.openNewest();
    const page = log.page({ limit: PAGE });
    history.add(log.post());
    await answers.answer(page);
    await again;
    assert.deepEqual(numbers(history), range(1, 6));
  });

  test('drops the answer of a request that a later one overtook', async () => {
    const answers = new Later<HistoryPage>();
    const log = new Log().fill(500);
    const history = new History(answers.ask);
    const around = history.openAround(100);
    const newest = history.openNewest();
    await answers.answer(log.page({ after: 70, limit: PAGE }));
    await answers.answer(log.page({ limit: PAGE }));
    await Promise.all([around, newest]);
    assert.equal(history.last, 500);
  });

  test('says so when the first page fails, and opens on the next try', async () => {
    const log = new Log().fill(3);
    let fails = true;
    const history = new History((query) =>
      fails ? Promise.reject(new Error('away')) : Promise.resolve(log.page(query)),
    );
    await assert.rejects(history.openNewest());
    assert.equal(history.state.value, 'failed');
    fails = false;
    await history.openNewest();
    assert.deepEqual(numbers(history), [1, 2, 3]);
  });
});

describe('catching up after a gap', () => {
  test('joins the newest page to the window when they meet', async () => {
    const log = new Log().fill(30);
    const history = reading(log);
    await history.openNewest();
    log.fill(20);
    const page = await history.catchUp();
    assert.equal(page.position.seq, 50);
    assert.deepEqual(numbers(history), range(1, 50));
  });

  test('takes a reader at the bottom along when they do not meet', async () => {
    const log = new Log().fill(30);
    const history = reading(log);
    await history.openNewest();
    log.fill(500);
    await history.catchUp();
    assert.deepEqual(numbers(history), range(530 - PAGE + 1, 530));
  });

  test('leaves a reader of older messages where they are', async () => {
    const log = new Log().fill(30);
    const history = reading(log);
    await history.openNewest();
    history.following = false;
    log.fill(500);
    await history.catchUp();
    assert.deepEqual(numbers(history), range(1, 30));
    assert.equal(history.newer.value, true);
  });

  test('leaves no hole when the first page was read before the gap was closed', async () => {
    const answers = new Later<HistoryPage>();
    const log = new Log().fill(5);
    const history = new History(answers.ask);
    const opening = history.openNewest();
    const early = log.page({ limit: PAGE });
    log.fill(3);
    const gap = history.catchUp();
    const late = log.page({ limit: 1 });
    await answers.answer(early);
    await answers.answer(late);
    await Promise.all([opening, gap]);
    history.add(log.post());
    assert.deepEqual(numbers(history), range(1, 5));
    assert.equal(history.newer.value, true);
    const more = history.loadNewer();
    await answers.answer(log.page({ after: 5, limit: PAGE }));
    await more;
    assert.deepEqual(numbers(history), range(1, 9));
  });

  test('keeps the place of a deleted message, and shows it again when that is taken back', async () => {
    const log = new Log().fill(2 * PAGE);
    const history = reading(log);
    await history.openNewest();
    await history.loadOlder();
    history.hide([1, 2, 100, 5000]);
    const gone = () => history.messages.value.filter((m) => m.deleted).map((m) => m.number);
    assert.deepEqual(gone(), [1, 2, 100]);
    assert.ok(history.messages.value.every((m) => m.deleted === (m.body === '')));
    assert.deepEqual(numbers(history), range(1, 2 * PAGE));
    await history.restore([1, 100]);
    assert.deepEqual(gone(), [2]);
    assert.equal(history.messages.value[0]?.body, 'message 1');
    assert.equal(history.messages.value[99]?.body, 'message 100');
  });

  test('does not show a message that was deleted while its page was on its way', async () => {
    const log = new Log().fill(3);
    const later = new Later<HistoryPage>();
    const history = new History(later.ask);
    const opening = history.openNewest();
    history.add(log.post());
    history.hide([4]);
    await later.answer(log.page({ limit: PAGE }));
    await opening;
    assert.ok(history.messages.value[3]?.deleted);
  });
});
