import type { FrameListener, Frames, OpenFrame } from './environment';

declare global {
  interface Window {
    /** What the documents in the hidden frames call with each event. */
    chatdComet?: (tag: unknown, event: unknown) => void;
  }
}

// All clients of a page share the one global function.
const frames = new Map<string, BrowserFrame>();

function receive(tag: unknown, event: unknown): void {
  if (typeof tag === 'string') frames.get(tag)?.receive(event);
}

/**
 * Hidden frames in the page's body. A form posts into each, so that cursors stay out of addresses and
 * history.
 */
export class BrowserFrames implements Frames {
  open(url: string, fields: Record<string, string>, tag: string, listener: FrameListener): OpenFrame {
    return new BrowserFrame(url, fields, tag, listener);
  }
}

class BrowserFrame implements OpenFrame {
  readonly #tag: string;
  readonly #listener: FrameListener;
  readonly #frame = document.createElement('iframe');
  readonly #life = new AbortController();
  #watched = false;

  constructor(url: string, fields: Record<string, string>, tag: string, listener: FrameListener) {
    this.#tag = tag;
    this.#listener = listener;
    this.#frame.name = tag;
    // Not the hidden attribute, which any rule about frames in the page's styles undoes.
    this.#frame.style.display = 'none';
    this.#frame.addEventListener('load', () => this.#loaded(), { signal: this.#life.signal });
    frames.set(tag, this);
    window.chatdComet = receive;
    document.body.append(this.#frame);
    post(url, fields, tag);
  }

  remove(): void {
    if (this.#life.signal.aborted) return;
    this.#life.abort();
    frames.delete(this.#tag);
    if (frames.size === 0) delete window.chatdComet;
    this.#frame.remove();
  }

  /** Takes an event, if it is this frame that runs a script just now. */
  receive(event: unknown): void {
    const inner = this.#frame.contentDocument;
    if (!inner?.currentScript) return;
    this.#watch(inner);
    // A copy of our own: an object made by the frame would keep its whole document in memory.
    this.#listener.heard(structuredClone(event));
  }

  // The load event does not come when a connection is cut. Firefox then at least ends the document; in Chromium
  // nothing at all can be seen of it, there the silence must tell.
  #watch(inner: Document): void {
    if (this.#watched) return;
    this.#watched = true;
    const ended = () => this.#ended();
    inner.addEventListener('readystatechange', ended, { signal: this.#life.signal });
    inner.defaultView?.addEventListener('pagehide', ended, { signal: this.#life.signal });
  }

  // A frame without an address also loads the empty page it starts with.
  #loaded(): void {
    if (this.#frame.contentDocument?.URL !== 'about:blank') this.#ended();
  }

  #ended(): void {
    if (!this.#life.signal.aborted) this.#listener.ended();
  }
}

function post(url: string, fields: Record<string, string>, target: string): void {
  const form = document.createElement('form');
  form.method = 'POST';
  form.action = url;
  form.target = target;
  form.style.display = 'none';
  for (const [name, value] of Object.entries(fields)) {
    const input = document.createElement('input');
    input.type = 'hidden';
    input.name = name;
    input.value = value;
    form.append(input);
  }
  document.body.append(form);
  form.submit();
  form.remove();
}
