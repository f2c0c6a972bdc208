/** Where the page stands: not set up, signed out, or in the chat; and how it gets from one to the other. */
import { loadPart } from '../load-part';
import { type ReadonlySignal, signal } from '@preact/signals';
import { changeMe } from '../api/account';
import { changeRoomSettings, markUnread, putSections, unread } from '../api/attention';
import { Problem, speakFor, Unreachable, whenSignedOut, whenSomebodyElse } from '../api/http';
import { decisions, markTold, type Suspension } from '../api/decisions';
import { drafts, putDraft } from '../api/drafts';
import { editMessage, react } from '../api/message-acts';
import type { Overview, SignUp, WorkspaceState } from '../api/records';
import * as routes from '../api/routes';
import { setSaved } from '../api/saved';
import { at, base } from '../base';
import { texts } from '../texts';
import { CometClient } from '../comet/client';
import { attention } from './attention';
import { Chat } from './chat';
import { askWhy, type EndReason, reasonOf } from './ending';
import type { MakeClient } from './feed';
import { idle } from './idle';
import { inTime } from './in-time';
import type { OutboxSender } from './outbox-sender';
import { frontPage, gathering } from './route';
import { here, navigate, route } from './router';
import { transport } from './settings';
import { store, stored } from './storage';
import { toast } from './toasts';

export type Stage =
  | { readonly name: 'loading' | 'unreachable' }
  | { readonly name: 'setup'; readonly codeRequired: boolean }
  | {
      readonly name: 'visitor';
      readonly workspace: string;
      readonly signUp: SignUp;
      readonly ended: EndReason | null;
      /** The terms of the suspension that has ended the session, once they are known. */
      readonly suspension: Suspension | null;
    }
  | { readonly name: 'chat'; readonly chat: Chat }
  /** The server ended the connection for good, with a sentence. */
  | { readonly name: 'stopped'; readonly text: string };

const current = signal<Stage>({ name: 'loading' });

export const stage: ReadonlySignal<Stage> = current;

/** Tells the other tabs of this browser. BroadcastChannel exists on plain HTTP too. */
const tabs = new BroadcastChannel(`chatd${base}`);

/** Where to go after signing in. */
let wanted: string | null = null;
/** Milliseconds within which a part of the page has to be there. */
const PART_LIMIT = 5_000;
/** Counts the starts, so that a slow answer does not undo a later one. */
let starts = 0;
/** Counts how often the page was put away. */
let hidings = 0;

const cometClient: MakeClient = (options) =>
  new CometClient({
    ...options,
    control: at('/comet/control'),
    data: at('/comet/data'),
    transport: transport.peek(),
  });
let makeClient = cometClient;

/** `client` makes the data channel of each chat. */
export function startSession(until: AbortSignal, client = cometClient): void {
  makeClient = client;
  whenSignedOut(() => end('expired'));
  whenSomebodyElse(() => void enter());
  tabs.addEventListener('message', heard, { signal: until });
  addEventListener('online', backOnline, { signal: until });
  addEventListener('beforeunload', warnOfUnsent, { signal: until });
  void enter();
}

function chat(): Chat | null {
  const now = current.peek();
  return now.name === 'chat' ? now.chat : null;
}

/** Asks the server where we stand and goes there. */
export async function enter(): Promise<void> {
  const start = ++starts;
  try {
    const found = await look();
    if (start !== starts) return;
    if ('me' in found) enterChat(found);
    else {
      enterAsVisitor(found, null);
      // After a reload the page does not know any more why somebody was signed out; the cookie does.
      void learnWhy(true);
    }
  } catch (error) {
    if (!(error instanceof Unreachable || error instanceof Problem)) console.error(error);
    if (start === starts) change({ name: 'unreachable' });
  }
}

/** One request when somebody was signed in here before, as mostly; otherwise the visitor's view first. */
async function look(): Promise<Overview | WorkspaceState> {
  if (stored('signed-in') !== null) {
    loadSender().catch(() => {
      // Who needs it learns so.
    });
    try {
      return await routes.overview();
    } catch (error) {
      if (!(error instanceof Problem && error.status === 401)) throw error;
    }
  }
  const workspace = await routes.workspace();
  return workspace.signed_in ? routes.overview() : workspace;
}

function enterChat(overview: Overview): void {
  store('signed-in', String(overview.me.id));
  letGo();
  const chat = new Chat(overview, {
    api: {
      ...routes,
      changeMe,
      drafts,
      editMessage,
      setSaved,
      react,
      putDraft,
      changeRoomSettings,
      markUnread,
      putSections,
      unread,
      decisions,
      markTold,
    },
    attention,
    idle,
    aborted,
    makeClient,
    openOutbox,
    isStillMe: stillSignedIn(overview.me.id),
    adrift: () => toast(texts.room.adrift, { bad: true }),
  });
  change({ name: 'chat', chat });
  if (frontPage(route.peek().name)) navigate(wanted ?? '/', { replace: true });
  wanted = null;
}

/**
 * Somebody else may have signed in in another tab, and this one may not have heard of it yet: what it sends would be theirs.
 * All tabs see at once whom the browser remembers, where it can.
 */
function stillSignedIn(user: number): () => boolean {
  const remembers = stored('signed-in') === String(user);
  return () => !remembers || stored('signed-in') === String(user);
}

/** A part of its own, which loads beside the chat. Nothing is sent before, so it must not keep us waiting for long. */
async function openOutbox(user: number): Promise<OutboxSender> {
  const { browserSender } = await inTime(loadSender(), PART_LIMIT);
  return browserSender(user).open();
}

const loadSender = () => loadPart('outbox-sender', () => import('./outbox-sender'));

function enterAsVisitor(workspace: WorkspaceState, ended: EndReason | null): void {
  store('signed-in', null);
  const name = route.peek().name;
  if (workspace.state === 'setup') {
    change({ name: 'setup', codeRequired: workspace.code_required });
    if (name !== 'setup' && name !== 'connection') navigate('/setup', { replace: true });
    return;
  }
  change({
    name: 'visitor',
    workspace: workspace.name ?? '',
    signUp: workspace.sign_up,
    ended,
    suspension: null,
  });
  if (name === 'room' || name === 'administration' || gathering(name)) wanted ??= here();
  if (!['join', 'reset', 'sign-in', 'sign-up', 'connection', 'unknown'].includes(name)) {
    navigate('/sign-in', { replace: true });
  }
}

/** Nobody is signed in, and what they would see could not be loaded. */
export function stranded(): void {
  change({ name: 'unreachable' });
}

function change(next: Stage): void {
  letGo();
  // What the chat before had still to say was said for its own person.
  speakFor(next.name === 'chat' ? next.chat.me.id : null);
  current.value = next;
}

/** Ends the present chat, if there is one. Its drafts are stored then, where the next chat finds them. */
function letGo(): void {
  const now = chat();
  now?.client.stop();
  now?.stop();
}

/** Somebody has signed in, signed up or set up the workspace on this page. */
export async function signedIn(): Promise<void> {
  // Until it is known who.
  store('signed-in', null);
  tabs.postMessage('signed-in');
  if (route.peek().name === 'join') navigate('/', { replace: true });
  await enter();
}

/** Signs out here and in the other tabs. Throws when the server did not confirm it. */
export async function signOut(): Promise<void> {
  const now = chat();
  await (now ? now.withoutChannel(endSession) : endSession());
  now?.unsent.giveUp();
  tabs.postMessage('signed-out');
  end('signed-out');
}

async function endSession(): Promise<void> {
  try {
    await routes.signOut();
  } catch (error) {
    if (!(error instanceof Problem && error.status === 401)) throw error;
  }
}

/** The session is over, for a reason that the sign-in page tells. */
function end(reason: EndReason): void {
  const now = current.peek();
  if (now.name !== 'chat') return;
  starts++;
  if (reason !== 'signed-out' && route.peek().name === 'room') wanted = here();
  const workspace = {
    ...now.chat.workspace.peek(),
    state: 'ready',
    code_required: false,
    signed_in: false,
  } as const;
  enterAsVisitor(workspace, reason);
  if (reason !== 'signed-out') void learnWhy();
}

/**
 * At once, not when the sign-in page is drawn: on a slow machine that takes a while. `anew` says that the page was just
 * opened: then nobody has to be told that they have signed out.
 */
async function learnWhy(anew = false): Promise<void> {
  const start = starts;
  const ending = await askWhy();
  if (anew && ending?.ended === 'elsewhere') return;
  const now = current.peek();
  if (ending && start === starts && now.name === 'visitor') current.value = { ...now, ...ending };
}

function heard(event: MessageEvent<unknown>): void {
  if (event.data === 'signed-out') end('elsewhere');
  if (event.data === 'signed-in') void enter();
}

function aborted(reason: string, text: string): void {
  const known = reasonOf(reason);
  if (known) end(known);
  else change({ name: 'stopped', text });
}

/** Before the page is left. In the back/forward cache nothing of the chat may flash up on return. */
export function hide(): void {
  hidings++;
  // What was asked before says nothing about who is signed in on return.
  starts++;
  chat()?.keepDrafts();
  chat()?.unsent.rest();
  document.documentElement.dataset.session = 'unconfirmed';
}

/** The page came back from the cache: blank until the session is confirmed. */
export async function confirm(): Promise<void> {
  const hiding = hidings;
  const now = chat();
  const still = now !== null && (await isStill(now));
  if (hiding === hidings && still) now.unsent.resume();
  if (hiding === hidings && !still && chat() === now) {
    if (now) change({ name: 'loading' });
    await enter();
  }
  // Put away again meanwhile, it is the next return that asks.
  if (hiding === hidings) reveal();
}

export function reveal(): void {
  delete document.documentElement.dataset.session;
}

/** Whether the same person is still signed in; takes the news on the way. */
async function isStill(now: Chat): Promise<boolean> {
  try {
    const overview = await now.renew();
    return overview.me.id === now.me.id;
  } catch {
    return false;
  }
}

function backOnline(): void {
  const now = chat();
  now?.client.retryNow();
  now?.wake();
}

function warnOfUnsent(event: BeforeUnloadEvent): void {
  if (chat()?.unsent.fleeting) event.preventDefault();
}
