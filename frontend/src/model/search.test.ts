import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import type { PageRequest } from '../api/paging';
import type { Page } from '../api/records';
import { type Filter, Search } from './search';

const names = ['ana', 'anton', 'bea', 'bo', 'cem'];

/** Answers when told to. */
class Server {
  readonly asked: Filter[] = [];
  readonly #waiting: (() => void)[] = [];
  failing = false;

  readonly load = async (filter: Filter, { after, limit = 2 }: PageRequest): Promise<Page<string>> => {
    this.asked.push(filter);
    const { failing } = this;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (failing) throw new Error('no answer');
    const found = names.filter((name) => name.startsWith(filter.search ?? ''));
    const from = Number(after ?? 0);
    const next = from + limit < found.length ? String(from + limit) : null;
    return { items: found.slice(from, from + limit), next };
  };

  async answer(which = 0): Promise<void> {
    this.#waiting.splice(which, 1)[0]?.();
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  }
}

describe('a list that the server filters', () => {
  let server: Server;
  let search: Search<string>;
  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
    server = new Server();
    search = new Search(server.load, (name) => name, 2);
  });
  afterEach(() => mock.timers.reset());

  test('shows what was there until the new list has come, and goes on from that', async () => {
    void search.look();
    assert.equal(search.items.value, null);
    await server.answer();
    assert.deepEqual(search.items.value, ['ana', 'anton']);
    search.choose({ search: 'b' });
    assert.deepEqual(search.items.value, ['ana', 'anton']);
    assert.equal(search.busy.value, true);
    await server.answer();
    assert.deepEqual(search.items.value, ['bea', 'bo']);
    assert.equal(search.busy.value, false);
    assert.equal(search.more.value, false);
  });

  test('loads page after page with the same filter', async () => {
    search.choose({ search: '' });
    await server.answer();
    void search.advance();
    await server.answer();
    assert.deepEqual(search.items.value, ['ana', 'anton', 'bea', 'bo']);
    assert.equal(search.more.value, true);
  });

  test('asks once for what is typed in one go', async () => {
    search.type({ search: 'b' });
    mock.timers.tick(200);
    search.type({ search: 'bo' });
    mock.timers.tick(249);
    assert.deepEqual(server.asked, []);
    mock.timers.tick(1);
    assert.deepEqual(server.asked, [{ search: 'bo' }]);
  });

  test('takes no answer to an earlier filter', async () => {
    search.choose({ search: 'a' });
    search.choose({ search: 'c' });
    await server.answer(1);
    assert.deepEqual(search.items.value, ['cem']);
    await server.answer(0);
    assert.deepEqual(search.items.value, ['cem']);
  });

  test('says that an answer did not come, and keeps what is there', async () => {
    void search.look();
    await server.answer();
    server.failing = true;
    search.choose({ search: 'b' });
    await server.answer();
    assert.equal(search.failed.value, true);
    assert.deepEqual(search.items.value, ['ana', 'anton']);
    server.failing = false;
    void search.look();
    assert.equal(search.failed.value, false);
    await server.answer();
    assert.deepEqual(search.items.value, ['bea', 'bo']);
  });

  test('asks nothing more once it is put away', () => {
    search.type({ search: 'b' });
    search.stop();
    mock.timers.tick(1000);
    assert.deepEqual(server.asked, []);
  });
});
