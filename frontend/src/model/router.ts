/** The address bar as a signal. */
import { type ReadonlySignal, signal } from '@preact/signals';
import { parseRoute, type Route } from './route';

const current = signal<Route>({ name: 'home' });

export const route: ReadonlySignal<Route> = current;

export function startRouter(until: AbortSignal): void {
  const read = () => {
    current.value = parseRoute(location.pathname);
  };
  addEventListener('popstate', read, { signal: until });
  read();
}

/** Goes to a path. `replace` takes the place of the present entry in the history. */
export function navigate(path: string, { replace = false } = {}): void {
  if (path === location.pathname) replace = true;
  if (replace) history.replaceState(null, '', path);
  else history.pushState(null, '', path);
  current.value = parseRoute(path);
}
