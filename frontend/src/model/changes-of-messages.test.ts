import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { HistoryPage, Message } from '../api/records';
import { History, PAGE } from './history';
import { Later, Log } from './testing/world';

const say = (body: string) => (message: Message) => ({ ...message, body });
const bodyOf = (history: History, number: number) => history.byNumber.value.get(number)?.body;

/** A history whose pages the test answers, and what was asked for. */
function world(count: number) {
  const log = new Log().fill(count);
  const answers = new Later<HistoryPage>();
  const history = new History(answers.ask);
  const page = (seq: number, query = {}) => {
    const made = log.page({ limit: PAGE, ...query });
    return { ...made, position: { epoch: 1, seq } };
  };
  return { log, answers, history, page };
}

describe('a change of a message', () => {
  test('that a page knows already is not made again', async () => {
    const { log, answers, history, page } = world(3);
    const opening = history.openNewest();
    log.messages[1] = { ...log.messages[1], body: 'newest' } as Message;
    await answers.answer(page(9));
    await opening;
    history.change(2, 8, say('of before'));
    assert.equal(bodyOf(history, 2), 'newest');
    history.change(2, 10, say('later'));
    assert.equal(bodyOf(history, 2), 'later');
  });

  test('that comes while a page is on its way is not lost when the page does not know of it', async () => {
    const { answers, history, page } = world(3);
    const opening = history.openNewest();
    const before = page(3);
    history.change(2, 4, say('changed'));
    await answers.answer(before);
    await opening;
    assert.equal(bodyOf(history, 2), 'changed');
  });

  test('of a message that came while a page was on its way is made, too', async () => {
    const { log, answers, history, page } = world(3);
    const opening = history.openNewest();
    const before = page(3);
    history.add(log.post());
    history.change(4, 5, say('changed'));
    await answers.answer(before);
    await opening;
    assert.equal(bodyOf(history, 4), 'changed');
  });

  test('that fell into a gap is caught up, in what was loaded long ago, too', async () => {
    const log = new Log().fill(150);
    const history = new History((query) => Promise.resolve(log.page(query)));
    await history.openNewest();
    await history.loadOlder();
    history.following = false;
    const first = history.first;
    log.messages[first - 1] = { ...log.messages[first - 1], body: 'changed' } as Message;
    log.post();
    await history.catchUp();
    assert.equal(bodyOf(history, first), 'changed');
    assert.equal(history.last, 151);
  });
});
