import assert from 'node:assert/strict';
import { afterEach, before, beforeEach, describe, test } from 'node:test';
import type { CometDelegate } from '../comet/types';
import type { FeedClient, MakeClient } from './feed';
import { listening } from './testing/chat-world';
import { useMemory } from './testing/memory';
import { ana, bo, entry, Later, overview, settled } from './testing/world';

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
  let look: () => Promise<Response>;
  /** The server, asked why the session has ended. */
  let why: () => Promise<Response>;
  /** What the root element carries; the styles hide the page while its session is unconfirmed. */
  const dataset: { session?: string } = {};
  const headers = { 'Content-Type': 'application/problem+json' };
  const problem = (status: number) => Promise.resolve(Response.json({ detail: 'No.' }, { status, headers }));
  const never = () => new Promise<Response>(() => {});

  const answer = (path: string): Promise<Response> => {
    if (path === '/logout') return signOut();
    if (path === '/api/v1/overview') return look();
    if (path === '/api/v1/workspace') return Promise.resolve(Response.json(workspace));
    if (path === '/api/v1/suspension') return why();
    return never();
  };
  const workspace = {
    state: 'ready',
    name: 'Workspace',
    sign_up: 'invite',
    signed_in: false,
    code_required: false,
  };
  const mine = async () => Response.json(overview([entry(7)]));
  const bos = async () => Response.json(overview([entry(7)], { me: { ...ana, ...bo } }));
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
    watch: () => {},
    retryNow: () => {},
    look: () => {},
    setTransport: () => {},
    ping: async () => 1,
    view: () => {},
    activity: () => {},
    typing: () => {},
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
    replace('document', { documentElement: { dataset } });
    replace('fetch', (path: string) => {
      if (path === '/logout') log.push('sign out');
      return answer(path);
    });
    // Only now: the module opens its channel to the other tabs as it loads.
    session = await import('./session');
  });

  beforeEach(async () => {
    useMemory();
    look = mine;
    why = never;
    localStorage.setItem('chatd.signed-in', String(ana.id));
    page = new AbortController();
    session.startSession(page.signal, client);
    await answered();
    log = [];
    Tabs.posted = [];
  });
  afterEach(async () => {
    session.reveal();
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
    assert.equal(room().writing.draft.value, 'not sent');
  });

  test('says why it is over', () => {
    room().writing.setDraft('half a thou');
    channel?.onAbort('password-changed', 'Your password was changed.');
    const now = session.stage.value;
    assert.ok(now.name === 'visitor');
    assert.deepEqual([now.ended, now.workspace, now.signUp], ['password-changed', 'Workspace', 'invite']);
    assert.equal(localStorage.getItem('chatd.draft.1.7'), 'half a thou');
  });

  describe('that ended without a word of the right reason', () => {
    const visitor = () => {
      const now = session.stage.value;
      if (now.name !== 'visitor') throw new Error(`not a visitor: ${now.name}`);
      return now;
    };
    const suspended = { ended: 'suspended', suspended: true, reason: 'spam', until: '2026-01-05T13:00:00Z' };

    test('asks the server why, when the data channel was refused', async () => {
      why = async () =>
        Response.json({ ended: 'password-changed', suspended: false, reason: '', until: null });
      channel?.onAbort('signed-out', 'You are signed out.');
      await answered();
      assert.deepEqual([visitor().ended, visitor().suspension], ['password-changed', null]);
    });

    test('tells the terms of a suspension, when a request was refused', async () => {
      why = async () => Response.json(suspended);
      look = () => problem(401);
      await assert.rejects(chat().renew());
      await answered();
      const { ended, suspension } = visitor();
      assert.equal(ended, 'suspended');
      assert.deepEqual([suspension?.reason, suspension?.until], ['spam', Date.UTC(2026, 0, 5, 13)]);
    });

    test('stays with what it took it for, when the server cannot tell', async () => {
      for (const answer of [() => problem(503), async () => Response.json({ ended: '' })]) {
        why = answer;
        await session.enter();
        channel?.onAbort('signed-out', 'You are signed out.');
        await answered();
        assert.equal(visitor().ended, 'elsewhere');
        localStorage.setItem('chatd.signed-in', String(ana.id));
      }
    });

    test('tells it again when the page is loaded anew, but not that one has signed out', async () => {
      await Tabs.say('signed-out');
      for (const [answer, ended] of [
        [suspended, 'suspended'],
        [{ ended: 'signed-out', suspended: false, reason: '', until: null }, null],
        [{ ended: '', suspended: false, reason: '', until: null }, null],
      ] as const) {
        why = async () => Response.json(answer);
        await session.enter();
        await answered();
        assert.deepEqual(
          [visitor().ended, visitor().suspension?.reason],
          [ended, ended ? 'spam' : undefined],
        );
      }
    });

    test('does not believe a late answer about the session before', async () => {
      const late = new Later<Response>();
      why = late.ask;
      channel?.onAbort('signed-out', 'You are signed out.');
      localStorage.setItem('chatd.signed-in', String(ana.id));
      await session.enter();
      await Tabs.say('signed-out');
      await late.answer(Response.json(suspended));
      assert.equal(visitor().ended, 'elsewhere');
    });
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
    assert.equal(room().writing.draft.value, 'not sent');
  });

  describe('back from the back/forward cache', () => {
    test('is blank until the server confirms who is signed in, and goes on then', async () => {
      const before = chat();
      const slow = new Later<Response>();
      look = slow.ask;
      session.hide();
      assert.equal(dataset.session, 'unconfirmed');
      const confirmed = session.confirm();
      await answered();
      assert.equal(dataset.session, 'unconfirmed');
      await slow.answer(await mine());
      await confirmed;
      assert.equal(dataset.session, undefined);
      assert.equal(chat(), before);
    });

    test('shows the sign-in page, and why, when the session has ended', async () => {
      look = () => problem(401);
      session.hide();
      await session.confirm();
      const now = session.stage.value;
      assert.ok(now.name === 'visitor');
      assert.equal(now.ended, 'expired');
      assert.equal(dataset.session, undefined);
    });

    test('shows nothing of somebody else who was signed in before', async () => {
      const before = chat();
      look = bos;
      session.hide();
      const confirmed = session.confirm();
      assert.equal(dataset.session, 'unconfirmed');
      await confirmed;
      assert.notEqual(chat(), before);
      assert.equal(chat().me.id, bo.id);
      assert.equal(dataset.session, undefined);
    });

    test('shows nothing of the chat when the server cannot be reached', async () => {
      look = () => Promise.reject(new TypeError('no network'));
      session.hide();
      await session.confirm();
      assert.equal(session.stage.value.name, 'unreachable');
      assert.equal(dataset.session, undefined);
    });

    test('does not believe an answer to what was asked before the page was put away', async () => {
      const [early, late] = [new Later<Response>(), new Later<Response>()];
      look = early.ask;
      const asked = chat().refresh();
      session.hide();
      look = late.ask;
      const confirmed = session.confirm();
      await early.answer(await mine());
      await asked;
      await answered();
      assert.equal(dataset.session, 'unconfirmed');
      look = bos;
      await late.answer(await bos());
      await confirmed;
      assert.equal(chat().me.id, bo.id);
    });

    test('nor the answer to a start from before', async () => {
      const [early, late] = [new Later<Response>(), new Later<Response>()];
      look = early.ask;
      void session.enter();
      session.hide();
      look = late.ask;
      const confirmed = session.confirm();
      await answered();
      await early.answer(await mine());
      await answered();
      look = bos;
      await late.answer(await bos());
      await confirmed;
      assert.equal(chat().me.id, bo.id);
    });

    test('nor one that comes when it was put away a second time', async () => {
      const [early, late] = [new Later<Response>(), new Later<Response>()];
      look = early.ask;
      session.hide();
      const first = session.confirm();
      await answered();
      session.hide();
      look = late.ask;
      const second = session.confirm();
      await early.answer(await mine());
      await first;
      await answered();
      assert.equal(dataset.session, 'unconfirmed');
      await late.answer(await mine());
      await second;
      assert.equal(dataset.session, undefined);
    });

    test('shows nothing of the chat before while another tab has somebody else sign in', async () => {
      const slow = new Later<Response>();
      look = slow.ask;
      session.hide();
      const confirmed = session.confirm();
      await answered();
      await slow.answer(await bos());
      await answered();
      await Tabs.say('signed-in');
      assert.equal(slow.count, 2);
      await slow.answer(await bos());
      await confirmed;
      assert.equal(session.stage.value.name, 'loading');
      await slow.answer(await bos());
      await answered();
      assert.equal(chat().me.id, bo.id);
      assert.equal(dataset.session, undefined);
    });
  });
});
