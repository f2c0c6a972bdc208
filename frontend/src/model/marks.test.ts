import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { linkOver, type TextChange, toggleCode, toggleMark } from './marks';

/** A text in which | stands at both ends of what is selected. */
function act(marked: string, change: (whole: string, from: number, to: number) => TextChange): string {
  const from = marked.indexOf('|');
  const to = marked.lastIndexOf('|') - 1;
  const whole = marked.replaceAll('|', '');
  const { from: start, to: end, text, selectFrom, selectTo } = change(whole, from, Math.max(from, to));
  const next = whole.slice(0, start) + text + whole.slice(end);
  return `${next.slice(0, selectFrom)}|${next.slice(selectFrom, selectTo)}|${next.slice(selectTo)}`;
}
const mark = (marked: string, sign: string) => act(marked, (...at) => toggleMark(...at, sign));
const code = (marked: string) => act(marked, toggleCode);

describe('marks of Markdown', () => {
  test('go around what is selected, and away again', () => {
    assert.equal(mark('a |b| c', '**'), 'a **|b|** c');
    assert.equal(mark('a **|b|** c', '**'), 'a |b| c');
    assert.equal(mark('a |**b**| c', '**'), 'a |b| c');
  });

  test('stand around the caret when nothing is selected', () => {
    assert.equal(mark('a ||', '**'), 'a **||**');
    assert.equal(mark('a **||**', '**'), 'a ||');
  });

  test('leave the spaces outside', () => assert.equal(mark('a| b |c', '*'), 'a *|b|* c'));

  test('tell bold from italic', () => {
    assert.equal(mark('**|b|**', '*'), '***|b|***');
    assert.equal(mark('***|b|***', '*'), '**|b|**');
    assert.equal(mark('***|b|***', '**'), '*|b|*');
    assert.equal(mark('|**b**|', '*'), '*|**b**|*');
  });

  test('are a block for several lines of code', () => {
    assert.equal(code('a |b| c'), 'a `|b|` c');
    assert.equal(code('|a\nb|'), '```\n|a\nb|\n```');
    assert.equal(code('look: |a\nb| end'), 'look: \n```\n|a\nb|\n```\n end');
  });
});

describe('an address that is pasted over words', () => {
  test('makes them a link', () => {
    assert.equal(linkOver('the docs', 'https://example.org/a'), '[the docs](https://example.org/a)');
    assert.equal(linkOver('a [b]', ' https://e.org/x_(y) '), '[a \\[b\\]](https://e.org/x_%28y%29)');
  });

  test('takes their place when that is no link', () => {
    for (const [words, pasted] of [
      ['', 'https://example.org'],
      ['words', 'two words'],
      ['words', 'javascript:alert(1)'],
      ['https://example.org', 'https://example.com'],
      ['two\nlines', 'https://example.org'],
    ] as const) {
      assert.equal(linkOver(words, pasted), null);
    }
  });
});
