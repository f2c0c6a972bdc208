import assert from 'node:assert/strict';
import { afterEach, before, beforeEach, describe, test } from 'node:test';
import type { CometDelegate } from '../comet/types';
import type { FeedClient, MakeClient } from './feed';
import { listening } from './testing/chat-world';
import { useMemory } from './testing/memory';
import { ana, entry, overview, settled } from './testing/world';

/** The other tabs of the browser. */
class Tabs extends EventTarget {
  static posted: unknown[] = [];
  static mine: Tabs;

  constructor() {
    super();
    Tabs.mine = this;
  }

  postMessage(message: unknown): void {
    Tabs.posted.push(message);
  }

  static say(data: string): Promise<void> {
    Tabs.mine.dispatchEvent(new MessageEvent('message', { data }));
    return answered();
  }
}

/** Answers to requests take a few turns of the event loop. */
async function answered(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
  await settled();
}

const replace = (name: string, value: unknown) =>
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });

describe('the session', () => {
  let session: typeof import('./session');
  let page: AbortController;
  /** What the server and the data channel were asked, in order. */
  let log: string[] = [];
  let signOut: () => Promise<Response>;
  const problem = (status: number) => Promise.resolve(Response.json({ detail: 'No.' }, { status }));
  const never = () => new Promise<Response>(() => {});

  const answer = (path: string): Promise<Response> => {
    if (path === '/logout') return signOut();
    if (path === '/api/v1/overview') return Promise.resolve(Response.json(overview([entry(7)])));
    return never();
  };
  let channel: CometDelegate | undefined;
  const client: MakeClient = ({ delegate }): FeedClient => {
    channel = delegate;
    return idle;
  };
  const idle: FeedClient = {
    start: () => void log.push('start'),
    stop: () => void log.push('stop'),
    leave: () => {},
    subscribe: () => {},
    unsubscribe: () => {},
    retryNow: () => {},
    setTransport: () => {},
    ping: async () => 1,
    state: listening,
  };
  const chat = () => {
    const now = session.stage.value;
    if (now.name !== 'chat') throw new Error(`not in the chat: ${now.name}`);
    return now.chat;
  };
  const room = () => {
    const found = chat().rooms.value.get(7);
    if (!found) throw new Error('no room 7');
    return found;
  };

  before(async () => {
    replace('BroadcastChannel', Tabs);
    replace('location', { pathname: '/rooms/7' });
    replace('history', { replaceState: () => {}, pushState: () => {} });
    replace('addEventListener', () => {});
    replace('fetch', (path: string) => {
      if (path === '/logout') log.push('sign out');
      return answer(path);
    });
    // Only now: the module opens its channel to the other tabs as it loads.
    session = await import('./session');
  });

  beforeEach(async () => {
    useMemory();
    localStorage.setItem('chatd.signed-in', String(ana.id));
    page = new AbortController();
    session.startSession(page.signal, client);
    await answered();
    log = [];
    Tabs.posted = [];
  });
  afterEach(async () => {
    await Tabs.say('signed-out');
    page.abort();
  });

  test('signs out with its data channel put aside', async () => {
    signOut = async () => new Response(null, { status: 204 });
    await session.signOut();
    assert.deepEqual(log.slice(0, 2), ['stop', 'sign out']);
    assert.equal(log.includes('start'), false);
    assert.equal(session.stage.value.name, 'visitor');
    assert.deepEqual(Tabs.posted, ['signed-out']);
  });

  test('goes on as before when signing out did not get through', async () => {
    signOut = () => problem(503);
    await assert.rejects(session.signOut());
    assert.deepEqual(log, ['stop', 'sign out', 'start']);
    assert.equal(session.stage.value.name, 'chat');
    assert.deepEqual(Tabs.posted, []);
  });

  test('does not listen again for a chat that ended while signing out failed', async () => {
    let fail = () => {};
    signOut = () =>
      new Promise((_, reject) => {
        fail = () => reject(new TypeError('no network'));
      });
    const signingOut = assert.rejects(session.signOut());
    await Tabs.say('signed-out');
    fail();
    await signingOut;
    assert.equal(log.includes('start'), false);
  });

  test('keeps what was not sent through an expiry and the next sign-in', async () => {
    room().send('not sent');
    signOut = () => problem(401);
    await session.signOut();
    assert.equal(session.stage.value.name, 'visitor');
    localStorage.setItem('chatd.signed-in', String(ana.id));
    await session.enter();
    assert.equal(room().draft.value, 'not sent');
  });

  test('says why it is over', () => {
    room().setDraft('half a thou');
    channel?.onAbort('password-changed', 'Your password was changed.');
    const now = session.stage.value;
    assert.ok(now.name === 'visitor');
    assert.deepEqual([now.ended, now.workspace, now.signUp], ['password-changed', 'Workspace', 'invite']);
    assert.equal(localStorage.getItem('chatd.draft.1.7'), 'half a thou');
  });

  test('shows the sentence of the server for a reason that this page does not know', () => {
    channel?.onAbort('eclipse', 'Come back when the sun does.');
    assert.deepEqual(session.stage.value, { name: 'stopped', text: 'Come back when the sun does.' });
  });

  test('keeps what was not sent when another tab has signed in', async () => {
    const before = chat();
    room().send('not sent');
    await Tabs.say('signed-in');
    assert.notEqual(chat(), before);
    assert.equal(room().draft.value, 'not sent');
  });
});
