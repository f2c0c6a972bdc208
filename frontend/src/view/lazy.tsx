/** Parts of the page that are loaded when they are first needed, so that the first page is small. */
import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { toast } from '../model/toasts';
import { texts } from '../texts';

/** A part that is shown like any other component. */
export interface Lazy<P> {
  (props: P): preact.JSX.Element | null;
  /** Loads it now, for it will be needed; a failure is told when it is. */
  readonly fetch: () => Promise<void>;
}

/**
 * Until the part is there nothing is shown. When it cannot be loaded, because the connection is lost or the server
 * has another version by now, a sentence says so, and `lost` takes away what was to be shown. `tell` is for where
 * no such sentence would be seen.
 */
export function lazy<P extends object>(
  load: () => Promise<ComponentType<P>>,
  lost: () => void,
  tell = () => toast(texts.errors.partNotLoaded, { bad: true }),
): Lazy<P> {
  const loaded = signal<ComponentType<P> | null>(null);
  let loading: Promise<void> | null = null;
  const fetch = () => {
    loading ??= load()
      .then((part) => {
        if (!part) throw new Error('cut off'); // a browser takes what is left of a script for all of it
        loaded.value = part;
      })
      .catch(() => {
        loading = null; // the next who needs it tries again
        throw new Error('not loaded');
      });
    return loading;
  };
  function Part(props: P) {
    const Loaded = loaded.value;
    useEffect(() => {
      if (loaded.peek() !== null) return;
      fetch().catch(() => {
        tell();
        lost();
      });
    }, []);
    return Loaded && <Loaded {...props} />;
  }
  return Object.assign(Part, { fetch: () => fetch().catch(() => {}) });
}

/** A module of which something is done later than the page is shown. */
export interface Later<M> {
  /** Does something with it: at once when it is there, else as soon as it is. */
  use(act: (module: M) => void): void;
  /** Loads it now, for it will be needed; a failure is told when it is. */
  readonly fetch: () => Promise<void>;
}

/** The same for what is no component. When the module cannot be loaded, a sentence says so. */
export function later<M>(load: () => Promise<M>): Later<M> {
  let loaded: M | null = null;
  const fetch = async () => {
    loaded ??= await load();
    return loaded;
  };
  return {
    use: (act) => {
      if (loaded !== null) act(loaded);
      else fetch().then(act, () => toast(texts.errors.partNotLoaded, { bad: true }));
    },
    fetch: () =>
      fetch().then(
        () => {},
        () => {},
      ),
  };
}

/** Milliseconds after which parts are loaded, idle or not: the first, and each of the others after the one before. */
const SOON = 2_000;
const NEXT = 100;

/** Loads parts once the page has nothing else to do, one after the other, so that it can do something else in between. */
export function fetchWhenIdle(...parts: readonly { readonly fetch: () => Promise<void> }[]): void {
  void (async () => {
    await idle(SOON);
    for (const part of parts) {
      await part.fetch();
      // A page in the background has nothing else to do, and its timers are slow.
      if (!document.hidden) await idle(NEXT);
    }
  })();
}

/** Waits until the page has nothing else to do; a page in the background may never be idle. */
function idle(limit: number): Promise<void> {
  return new Promise((resolve) => {
    if ('requestIdleCallback' in window) requestIdleCallback(() => resolve(), { timeout: limit });
    else setTimeout(resolve, limit);
  });
}
