import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { page, pageQuery } from '../api/paging';
import { text } from '../api/parse';
import type { Page } from '../api/records';
import { Paged } from './paged';
import { Later, settled } from './testing/world';

/** A list on the server, whose cursors are the items themselves. */
class Shelf {
  items: string[];
  asked = 0;

  constructor(count: number) {
    this.items = Array.from({ length: count }, (_, i) => String(i).padStart(3, '0'));
  }

  load = async ({ after, limit = 50 }: { after?: string | null; limit?: number }): Promise<Page<string>> => {
    this.asked++;
    const rest = this.items.filter((item) => !after || item > after);
    const items = rest.slice(0, limit);
    return { items, next: rest.length > limit ? (items.at(-1) ?? null) : null };
  };
}

const setUp = (count: number) => {
  const shelf = new Shelf(count);
  return { shelf, list: new Paged(shelf.load, (item) => item, 10) };
};

describe('a list in pages', () => {
  test('comes page by page until there is no more', async () => {
    const { shelf, list } = setUp(25);
    await list.refresh();
    assert.deepEqual([list.items.value?.length, list.more.value], [10, true]);
    await list.advance();
    await list.advance();
    assert.deepEqual(list.items.value, shelf.items);
    assert.equal(list.more.value, false);
    await list.advance();
    assert.equal(shelf.asked, 3);
  });

  test('keeps as much as was there when it is loaded afresh', async () => {
    const { shelf, list } = setUp(40);
    await list.refresh();
    await list.advance();
    shelf.items.splice(5, 1);
    await list.refresh();
    assert.deepEqual(list.items.value, shelf.items.slice(0, 20));
    assert.equal(list.more.value, true);
  });

  test('shows an item once that was known before its page came', async () => {
    const { shelf, list } = setUp(15);
    await list.refresh();
    list.change((items) => [...items, '012']);
    await list.advance();
    assert.deepEqual(list.items.value, shelf.items);
  });

  test('asks once for a page that is wanted twice', async () => {
    const { shelf, list } = setUp(25);
    await Promise.all([list.refresh(), list.refresh()]);
    const asked = shelf.asked;
    await Promise.all([list.advance(), list.advance()]);
    assert.equal(shelf.asked, asked + 1);
  });

  test('loads again what changed while it was loaded', async () => {
    const answers = new Later<Page<string>>();
    const list = new Paged<string>(answers.ask, (item) => item);
    const done = list.refresh();
    await settled();
    list.change((items) => items);
    await answers.answer({ items: ['before'], next: null });
    assert.equal(answers.count, 1);
    await answers.answer({ items: ['after'], next: null });
    await done;
    assert.deepEqual(list.items.value, ['after']);
  });

  test('drops a page that belongs to the list before', async () => {
    const answers = new Later<Page<string>>();
    const list = new Paged<string>(answers.ask, (item) => item);
    void list.refresh();
    await answers.answer({ items: ['a'], next: 'a' });
    const advancing = list.advance();
    void list.refresh();
    await settled();
    assert.equal(answers.count, 2);
    await answers.answer({ items: ['b'], next: null });
    await answers.answer({ items: ['c'], next: null });
    await advancing;
    assert.deepEqual([list.items.value?.includes('c'), list.more.value], [true, false]);
  });

  test('can be tried again after a failure', async () => {
    const answers = new Later<Page<string>>();
    const list = new Paged<string>(answers.ask, (item) => item);
    const failing = assert.rejects(list.refresh());
    await answers.fail(new Error('no network'));
    await failing;
    void list.refresh();
    await answers.answer({ items: ['a'], next: null });
    assert.deepEqual(list.items.value, ['a']);
  });
});

test('A page is parsed with where the next one begins', () => {
  const words = page('words', text);
  assert.deepEqual(words({ words: ['a'], next: 'x' }, 'page'), { items: ['a'], next: 'x' });
  assert.deepEqual(words({ words: ['a'] }, 'page'), { items: ['a'], next: null });
  assert.throws(() => words({ words: [1] }, 'page'), { message: /page\.words\[0\]/ });
});

test('A page is asked for with what it needs and no more', () => {
  assert.equal(pageQuery({}), '');
  assert.equal(pageQuery({ after: null, limit: 50 }), '?limit=50');
  assert.equal(pageQuery({ after: 'a+b=' }, { deactivated: 'true' }), '?deactivated=true&after=a%2Bb%3D');
});
