import type { Clock } from './clock';

/** What the client needs of a browser, and all it touches of it. */
export interface Environment {
  clock: Clock;
  fetch(url: string, init: RequestInit): Promise<Response>;
  frames: Frames;
  page: Page;
  memory: Memory;
  /** Left out where no other tab can be. */
  tabs?: Tabs;
  /** Sends a last word as text/plain; it arrives even when the page is going. */
  beacon(url: string, body: string): void;
  /** A random word nobody can guess. */
  token(): string;
  /** Reports an exception of the program's handlers without stopping anything. */
  report(error: unknown): void;
}

/** Opens hidden frames whose documents call back. */
export interface Frames {
  /** Posts the fields as a form into a new frame. Events reach the listener only while the frame is open. */
  open(url: string, fields: Record<string, string>, tag: string, listener: FrameListener): OpenFrame;
}

export interface FrameListener {
  /** The frame's document handed over an event, not yet looked at. */
  heard(event: unknown): void;
  /** The frame's document came to an end, or could not be had. */
  ended(): void;
}

export interface OpenFrame {
  remove(): void;
}

/** The page the client lives in. */
export interface Page {
  isVisible(): boolean;
  /** `persisted`: the page goes to, or comes from, the back/forward cache. */
  on(event: PageEvent, handler: (persisted: boolean) => void, signal: AbortSignal): void;
  /** Resolves when a frame can be added without the page seeming to load. */
  loaded(signal: AbortSignal): Promise<void>;
}

export type PageEvent = 'focus' | 'online' | 'pagehide' | 'pageshow' | 'resume' | 'visibilitychange';

/** Remembers a word for the next page. It may forget. */
export interface Memory {
  read(key: string): string | null;
  write(key: string, value: string | null): void;
}

/** What the tabs of one browser share with each other, as far as the browser and the page's address allow. */
export interface Tabs {
  locks: Locks | null;
  storage: SharedStorage | null;
  channel: Channel | null;
}

export interface Locks {
  /**
   * Waits for the lock, then holds it until the promise returned by `granted` is settled. Fails when the signal ends
   * before the lock is granted; afterwards the signal has no effect.
   */
  request(name: string, signal: AbortSignal, granted: () => Promise<void>): Promise<void>;
  /** Takes the lock from whoever holds it, whose request fails; this one is before all that wait. */
  steal(name: string, granted: () => Promise<void>): Promise<void>;
}

/** Words that all tabs read and write. What another tab writes is seen a little later. */
export interface SharedStorage extends Memory {
  /** Calls back when another tab has written something. */
  watch(changed: () => void, signal: AbortSignal): void;
}

/** Hears the other tabs until the signal ends, and returns how to say something to all of them. */
export type Channel = (
  name: string,
  heard: (message: unknown) => void,
  signal: AbortSignal,
) => (message: unknown) => void;
