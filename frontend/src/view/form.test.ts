import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Problem } from '../api/http';
import { toasts } from '../model/toasts';
import { FormState } from './form';

const said = () => toasts.value.map(({ text, bad }) => [text, bad]);

test('What fails after the form was closed is told all the same', async () => {
  let fail: (why: Error) => void = () => {};
  const form = new FormState(() => Promise.resolve());
  form.start();
  const sent = form.attempt(
    () =>
      new Promise((_, reject) => {
        fail = reject;
      }),
  );
  form.stop();
  fail(new Problem(409, 'Somebody was faster.', null, {}));
  await sent;
  assert.deepEqual(said(), [['Somebody was faster.', true]]);
  assert.equal(form.problem.value, null);
});

test('What fails while the form is shown stands in it', async () => {
  toasts.value = [];
  const form = new FormState(() => Promise.resolve());
  form.start();
  await form.attempt(() => Promise.reject(new Problem(409, 'Somebody was faster.', null, {})));
  assert.deepEqual([form.problem.value, said()], ['Somebody was faster.', []]);
});
