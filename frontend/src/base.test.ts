import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';

function replace(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}

describe('A page below a path', () => {
  let base: typeof import('./base');
  let http: typeof import('./api/http');
  let router: typeof import('./model/router');
  let storage: typeof import('./model/storage');
  let gone: string[];
  let asked: string[];
  const kept = new Map<string, string>();

  before(async () => {
    const go = (mark: string) => (_state: unknown, _title: string, to: string) => {
      gone.push(`${mark}${to}`);
      replace('location', {
        origin: 'https://example.org',
        pathname: new URL(to, 'https://x').pathname,
        hash: '',
      });
    };
    replace('document', { documentElement: { dataset: { base: '/team/chat' } } });
    replace('history', { pushState: go(''), replaceState: go('=') });
    replace('addEventListener', () => {});
    replace('localStorage', {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    });
    replace('fetch', async (path: string) => {
      asked.push(path);
      return Response.json({});
    });
    // Only now: the module reads the base as it loads.
    base = await import('./base');
    http = await import('./api/http');
    router = await import('./model/router');
    storage = await import('./model/storage');
  });

  beforeEach(() => {
    gone = [];
    asked = [];
    replace('location', { origin: 'https://example.org', pathname: '/team/chat/rooms/7', hash: '#settings' });
  });

  test('tells addresses of the browser and paths of chatd apart', () => {
    assert.equal(base.at('/rooms/7'), '/team/chat/rooms/7');
    assert.equal(base.home(), 'https://example.org/team/chat');
    for (const [address, path] of [
      ['/team/chat/rooms/7', '/rooms/7'],
      ['/team/chat/', '/'],
      ['/team/chat', '/'],
      ['/team/chatter', '/'],
      ['/rooms/7', '/'],
    ] as const) {
      assert.equal(base.inside(address), path, address);
    }
  });

  test('shows the room of a deep link, and goes to others below its path', () => {
    router.startRouter(new AbortController().signal);
    assert.deepEqual(router.route.value, { name: 'room', id: 7, message: null, thread: null });
    assert.equal(router.hash.value, '#settings');
    router.navigate('/rooms/8');
    router.navigate('/rooms/8#settings');
    router.navigate('/', { replace: true });
    assert.deepEqual(gone, ['/team/chat/rooms/8', '=/team/chat/rooms/8#settings', '=/team/chat/']);
    assert.deepEqual(router.route.value, { name: 'home' });
  });

  test('asks below its path', async () => {
    await http.request('GET', '/api/v1/me');
    assert.deepEqual(asked, ['/team/chat/api/v1/me']);
  });

  test('keeps what it keeps under names of its own', () => {
    storage.store('theme', 'dark');
    assert.deepEqual([...kept], [['chatd/team/chat.theme', 'dark']]);
    assert.equal(storage.stored('theme'), 'dark');
  });
});
