/** The address bar as a signal. */
import { batch, type ReadonlySignal, signal } from '@preact/signals';
import { isObject } from '../api/parse';
import { at, inside } from '../base';
import { parseRoute, type Route } from './route';

const current = signal<Route>({ name: 'home' });
const fragment = signal('');

export const route: ReadonlySignal<Route> = current;
/** What follows the path, with its #: which part of the settings is open over the page. */
export const hash: ReadonlySignal<string> = fragment;

export function startRouter(until: AbortSignal): void {
  addEventListener('popstate', read, { signal: until });
  read();
}

/** The path that `current` was made of. */
let path: string | null = null;

function read(): void {
  batch(() => {
    // Something that stood over the page may have been taken away: the page is where it was.
    if (here() !== path) current.value = parseRoute(here());
    path = here();
    fragment.value = location.hash;
  });
  arrived();
}

/** Keeps something with the present entry of the history, for whoever comes back to it. */
export function leaveNote(note: unknown): void {
  const state: unknown = history.state;
  history.replaceState({ ...(isObject(state) ? state : {}), note }, '', location.href);
}

/** What was kept with the present entry of the history; undefined for nothing. */
export function foundNote(): unknown {
  const state: unknown = history.state;
  return isObject(state) ? state.note : undefined;
}

/** The path of chatd that is open. */
export function here(): string {
  return inside(location.pathname);
}

/** Goes to a path of chatd. `replace` takes the place of the present entry in the history. */
export function navigate(to: string, { replace = false } = {}): void {
  if (waiting !== null) {
    waiting.push(() => navigate(to, { replace }));
    return;
  }
  const [pathname = '', over] = to.split('#');
  if (pathname === here()) replace = true;
  const state = { from: replace ? cameFrom() : here() };
  if (replace) history.replaceState(state, '', at(to));
  else history.pushState(state, '', at(to));
  show(pathname, over === undefined ? '' : `#${over}`);
}

/**
 * Leaves what stands beside a page for that page: goes back where that is the entry of the history before, else takes this
 * one's place. So the back button does not lead to what was closed.
 */
export function leaveFor(to: string): void {
  if (cameFrom() !== to || waiting !== null) {
    navigate(to, { replace: true });
    return;
  }
  waiting = [];
  setTimeout(arrived, LONGEST);
  history.back();
  show(to, '');
}

function show(pathname: string, over: string): void {
  path = pathname;
  batch(() => {
    current.value = parseRoute(pathname);
    fragment.value = over;
  });
}

/** The path of the entry of the history before the present one; null when that is not known. */
function cameFrom(): string | null {
  const state: unknown = history.state;
  return isObject(state) && typeof state.from === 'string' ? state.from : null;
}

/** Where somebody wants to go while the browser is on its way back; null while it is not. */
let waiting: (() => void)[] | null = null;

/** Milliseconds after which a browser that says nothing has gone back, or never will. */
const LONGEST = 1_000;

/** The browser has gone back. */
function arrived(): void {
  const wanted = waiting ?? [];
  waiting = null;
  for (const go of wanted) go();
}

/**
 * Puts something over the present page. The entry of the history knows how many such stand upon each other,
 * so that all can be taken away at once.
 */
export function overlay(wanted: string, { replace = false } = {}): void {
  const depth = overlays() + (replace ? 0 : 1);
  const state = { overlays: depth };
  if (replace) history.replaceState(state, '', wanted);
  else history.pushState(state, '', wanted);
  fragment.value = wanted;
}

/** Takes away what stands over the page; the back button has nothing left to close then. */
export function uncover(): void {
  if (fragment.peek() === '') return;
  const depth = overlays();
  fragment.value = '';
  if (depth > 0) history.go(-depth);
  else history.replaceState(null, '', location.pathname);
}

/** How many entries of the history stand over the page. */
export function overlays(): number {
  const state: unknown = history.state;
  return isObject(state) && typeof state.overlays === 'number' ? state.overlays : 0;
}
