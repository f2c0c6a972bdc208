import type { Clock } from './clock';

/** What the client needs of a browser, and all it touches of it. */
export interface Environment {
  clock: Clock;
  fetch(url: string, init: RequestInit): Promise<Response>;
  frames: Frames;
  page: Page;
  memory: Memory;
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

export type PageEvent = 'online' | 'pagehide' | 'pageshow' | 'visibilitychange';

/** Remembers a word for the next page. It may forget. */
export interface Memory {
  read(key: string): string | null;
  write(key: string, value: string | null): void;
}
