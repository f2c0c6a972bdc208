import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { signal } from '@preact/signals';
import { Problem, Unreachable } from '../api/http';
import type { Message } from '../api/records';
import { Quotes } from './quotes';
import { bo, Later, message } from './testing/world';

function world() {
  const window = signal<ReadonlyMap<number, Message>>(new Map());
  const answers = new Later<Message>();
  const quotes = new Quotes(window, answers.ask);
  const state = (number: number) => quotes.of(number).value.state;
  return { window, answers, quotes, state };
}

describe('what an answer quotes', () => {
  test('comes from the messages that are there, as they are at this moment', () => {
    const { window, answers, quotes, state } = world();
    window.value = new Map([[3, message(3)]]);
    quotes.want(3);
    assert.equal(answers.count, 0);
    const before = quotes.of(3).value;
    assert.ok(before.state === 'there' && 'body' in before.words && before.words.body === 'message 3');
    window.value = new Map([[3, message(3, { deleted: true, body: '' })]]);
    assert.equal(state(3), 'deleted');
  });

  test('comes with a page, and is changed and deleted by events', () => {
    const { quotes, state } = world();
    quotes.take([{ number: 3, author: bo, excerpt: 'old words', deleted: false }]);
    quotes.edited(message(3, { body: 'new words' }));
    const now = quotes.of(3).value;
    assert.ok(now.state === 'there' && 'body' in now.words && now.words.body === 'new words');
    quotes.hide([3]);
    assert.equal(state(3), 'deleted');
  });

  test('is asked for once, and again when that has failed', async () => {
    const { answers, quotes, state } = world();
    quotes.want(3);
    quotes.want(3);
    assert.equal(answers.count, 1);
    assert.equal(state(3), 'loading');
    await answers.fail(new Unreachable(new Error('no network')));
    assert.equal(state(3), 'failed');
    quotes.retry(3);
    await answers.answer(message(3));
    assert.equal(state(3), 'there');
  });

  test('is deleted for good when the server has it no longer', async () => {
    const { answers, quotes, state } = world();
    quotes.want(3);
    await answers.fail(new Problem(404, 'There is no such message.', null, {}));
    assert.equal(state(3), 'deleted');
  });

  test('that was deleted while it was asked for stays deleted', async () => {
    const { answers, quotes, state } = world();
    quotes.want(3);
    quotes.hide([3]);
    await answers.answer(message(3));
    assert.equal(state(3), 'deleted');
  });

  test('is asked for four at a time', async () => {
    const { answers, quotes } = world();
    for (let number = 1; number <= 9; number++) quotes.want(number);
    assert.equal(answers.count, 4);
    await answers.answer(message(1));
    assert.equal(answers.count, 4);
  });
});
