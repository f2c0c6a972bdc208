import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { dismiss, hold, release, toast, toasts } from './toasts';

const action = { label: 'Undo', run: () => {} };
const shown = () => toasts.value.map((one) => one.text);
const idOf = (text: string) => toasts.value.find((one) => one.text === text)?.id ?? 0;

describe('toasts', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
  afterEach(() => {
    for (const { id } of toasts.value) dismiss(id);
    mock.timers.reset();
  });

  test('go by themselves, later when something can be done', () => {
    toast('news');
    toast('deleted', { action });
    mock.timers.tick(5_000);
    assert.deepEqual(shown(), ['deleted']);
    mock.timers.tick(5_000);
    assert.deepEqual(shown(), []);
  });

  test('stay while somebody is at them, and their time begins anew afterwards', () => {
    toast('deleted', { action });
    mock.timers.tick(9_000);
    hold(idOf('deleted'));
    mock.timers.tick(60_000);
    assert.deepEqual(shown(), ['deleted']);
    release(idOf('deleted'));
    mock.timers.tick(9_999);
    assert.deepEqual(shown(), ['deleted']);
    mock.timers.tick(1);
    assert.deepEqual(shown(), []);
  });

  test('with a way back stay before those without', () => {
    toast('deleted', { action });
    for (const text of ['one', 'two', 'three']) toast(text);
    assert.deepEqual(shown(), ['deleted', 'two', 'three']);
  });

  test('do not drive out a way back with news', () => {
    for (const text of ['a', 'b', 'c']) toast(text, { action });
    toast('one');
    toast('two');
    assert.deepEqual(shown(), ['a', 'b', 'c', 'two']);
    toast('d', { action });
    assert.deepEqual(shown(), ['b', 'c', 'd']);
  });

  test('that somebody is at are not driven out', () => {
    for (const text of ['a', 'b', 'c']) toast(text, { action });
    hold(idOf('a'));
    toast('d', { action });
    assert.deepEqual(shown(), ['a', 'c', 'd']);
  });
});
