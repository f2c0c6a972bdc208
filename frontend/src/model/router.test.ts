import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';

/** The history of one tab, which goes back a little later, as browsers do. */
class FakeHistory {
  entries: { path: string; state: unknown }[] = [];
  at = 0;
  #told = () => {};
  #back = () => {};

  begin(path: string): void {
    this.entries = [{ path, state: null }];
    this.at = 0;
    this.#told();
  }

  get path(): string {
    return this.entries[this.at]?.path ?? '';
  }

  get state(): unknown {
    return this.entries[this.at]?.state ?? null;
  }

  pushState(state: unknown, _: string, path: string): void {
    this.entries = [...this.entries.slice(0, this.at + 1), { path, state }];
    this.at += 1;
  }

  replaceState(state: unknown, _: string, path: string): void {
    this.entries[this.at] = { path, state };
  }

  back(): void {
    setTimeout(() => {
      this.at -= 1;
      this.#told();
      this.#back();
    }, 5);
  }

  /** Resolves once it has gone back, and everybody knows. */
  wentBack(): Promise<void> {
    return new Promise((resolve) => {
      this.#back = resolve;
    });
  }

  listen(told: () => void): void {
    this.#told = told;
  }
}

const history = new FakeHistory();

describe('leaving a thread', () => {
  const kept = new Map<string, PropertyDescriptor | undefined>();
  let router: typeof import('./router');

  const replace = (name: string, value: unknown) => {
    kept.set(name, Object.getOwnPropertyDescriptor(globalThis, name));
    Object.defineProperty(globalThis, name, { value, configurable: true });
  };

  before(async () => {
    replace('history', history);
    replace('location', {
      get pathname() {
        return history.path;
      },
      hash: '',
      origin: 'https://example.org',
    });
    replace('addEventListener', (_: string, told: () => void) => history.listen(told));
    router = await import('./router');
    router.startRouter(new AbortController().signal);
  });

  after(() => {
    for (const [name, before] of kept) {
      if (before) Object.defineProperty(globalThis, name, before);
      else Reflect.deleteProperty(globalThis, name);
    }
  });

  beforeEach(() => history.begin('/rooms/7'));

  const paths = () => history.entries.slice(0, history.at + 1).map(({ path }) => path);

  test('goes back to the room that one came from', async () => {
    router.navigate('/rooms/7/thread/1');
    router.leaveFor('/rooms/7');
    assert.deepEqual(router.route.value, { name: 'room', id: 7, message: null, thread: null });
    await history.wentBack();
    assert.deepEqual(paths(), ['/rooms/7']);
    assert.deepEqual(router.route.value, { name: 'room', id: 7, message: null, thread: null });
  });

  test('takes its place where one came from elsewhere', () => {
    history.begin('/threads');
    router.navigate('/rooms/7/thread/1');
    router.leaveFor('/rooms/7');
    assert.deepEqual(paths(), ['/threads', '/rooms/7']);
    history.begin('/rooms/7/thread/1');
    router.leaveFor('/rooms/7');
    assert.deepEqual(paths(), ['/rooms/7']);
  });

  test('of a message that led to its thread goes back, too', async () => {
    router.navigate('/rooms/7/2');
    router.navigate('/rooms/7/thread/1', { replace: true });
    router.leaveFor('/rooms/7');
    await history.wentBack();
    assert.deepEqual(paths(), ['/rooms/7']);
  });

  test('and going elsewhere at once leads there', async () => {
    router.navigate('/rooms/7/thread/1');
    router.leaveFor('/rooms/7');
    router.navigate('/rooms/8');
    await history.wentBack();
    assert.deepEqual(paths(), ['/rooms/7', '/rooms/8']);
    assert.deepEqual(router.route.value, { name: 'room', id: 8, message: null, thread: null });
  });
});
