/**
 * Keeps the reader's place in the timeline: at the bottom when they are there, otherwise the line they
 * look at stays where it is to the pixel, whatever comes, goes or grows above and below it.
 */
import type { Reel } from '../model/reel';
import type { Place, Target } from '../model/room';

/** Pixels from the bottom that still count as being there. */
const TOLERANCE = 8;
/** Pixels from an edge at which the next page is fetched. */
const AHEAD = 1_000;
/** Pixels above a message that is brought into view and is larger than that. */
const EDGE = 32;
/** Milliseconds until a page that failed is asked for again. */
const PAUSE = 3_000;

export class ScrollKeeper {
  readonly #scroller: HTMLElement;
  readonly #list: HTMLElement;
  readonly #reel: Reel;
  readonly #stop = new AbortController();
  readonly #sizes: ResizeObserver;
  #stuck = true;
  /** The reader was at the bottom when the view was told to stay, and goes on there afterwards. */
  #resumes = false;
  #placed = false;
  #anchor: { element: Element; offset: number } | null = null;
  /** The state we left the scroller in, to tell the reader's movements from the page's. */
  #left = { top: 0, height: 0, view: 0 };
  #pausedUntil = 0;

  constructor(scroller: HTMLElement, list: HTMLElement, reel: Reel) {
    this.#scroller = scroller;
    this.#list = list;
    this.#reel = reel;
    scroller.addEventListener('scroll', () => this.#scrolled(), { signal: this.#stop.signal, passive: true });
    reel.whereabouts = () => this.#place();
    this.#sizes = new ResizeObserver(() => this.settle());
    this.#sizes.observe(scroller);
    this.#sizes.observe(list);
  }

  stop(): void {
    this.#reel.place = this.#place();
    this.#reel.whereabouts = () => null;
    this.#stop.abort();
    this.#sizes.disconnect();
  }

  /** Brings a message into view. Gives its line; null when it is not there. */
  show({ number, offset }: Target): HTMLElement | null {
    const element = this.#list.querySelector<HTMLElement>(`[data-number="${number}"]`);
    if (!element) return null;
    this.#placed = true;
    this.#stuck = false;
    this.#resumes = false;
    const room = this.#scroller.clientHeight - element.offsetHeight;
    this.#anchor = { element, offset: offset ?? Math.max(room / 2, EDGE) };
    this.#hold();
    this.#moved();
    return element;
  }

  /** Call after the list has changed: puts the reader back where they were. */
  settle(): void {
    if (this.#reel.history.state.peek() !== 'ready') return;
    if (!this.#placed) this.#start();
    this.#beStill();
    if (this.#readerMovedUp()) this.#stuck = false;
    else if (this.#stuck && !this.#reel.still.peek()) this.#scroller.scrollTop = this.#scroller.scrollHeight;
    else this.#hold();
    this.#moved();
  }

  /** Somebody aims at what is on the screen: it stays where it is until they have done. */
  #beStill(): void {
    if (this.#reel.still.peek()) {
      this.#resumes ||= this.#stuck;
      return;
    }
    this.#stuck ||= this.#resumes;
    this.#resumes = false;
  }

  toNewest(): void {
    this.#stuck = true;
    this.#anchor = null;
    this.settle();
  }

  /** The first view of a room: where the reader was, else the unread divider, else the bottom. */
  #start(): void {
    this.#placed = true;
    const { place } = this.#reel;
    const element = place ? this.#find(place.key) : this.#find('divider');
    if (!element) return;
    const offset = place ? place.offset : this.#scroller.clientHeight / 4;
    this.#stuck = false;
    this.#anchor = { element, offset };
    this.#left = { top: 0, height: 0, view: 0 };
  }

  #find(key: string): Element | null {
    return this.#list.querySelector(`[data-key="${CSS.escape(key)}"]`);
  }

  /** The scroll event of a movement comes a frame late; new lines may come sooner. */
  #readerMovedUp(): boolean {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    const { top, height, view } = this.#left;
    return this.#stuck && scrollTop < top - 1 && scrollHeight >= height && clientHeight === view;
  }

  #hold(): void {
    if (!this.#anchor?.element.isConnected) return;
    const shift = this.#offset(this.#anchor.element) - this.#anchor.offset;
    if (Math.abs(shift) >= 0.5) this.#scroller.scrollTop += shift;
  }

  #offset(element: Element): number {
    return element.getBoundingClientRect().top - this.#scroller.getBoundingClientRect().top;
  }

  /** A change of size moves the view, too; only without one was it the reader. */
  #scrolled(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    if (scrollTop !== this.#left.top) this.#resumes = false;
    if (scrollHeight === this.#left.height && clientHeight === this.#left.view) this.#moved();
    else this.settle();
  }

  #moved(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    const below = scrollHeight - scrollTop - clientHeight;
    const { history, atBottom } = this.#reel;
    this.#left = { top: scrollTop, height: scrollHeight, view: clientHeight };
    this.#stuck = below <= TOLERANCE && !history.newer.peek();
    this.#anchor = this.#stuck && !this.#reel.still.peek() ? null : this.#firstVisible();
    atBottom.value = this.#stuck;
    this.#loadAhead(scrollTop, below);
  }

  #loadAhead(above: number, below: number): void {
    const { history } = this.#reel;
    if (Date.now() < this.#pausedUntil) return;
    const failed = () => {
      this.#pausedUntil = Date.now() + PAUSE;
    };
    if (above < AHEAD && history.older.peek()) history.loadOlder().catch(failed);
    if (below < AHEAD && history.newer.peek()) history.loadNewer().catch(failed);
  }

  /** The uppermost message that is at least partly in view, found by halving. */
  #firstVisible(): { element: Element; offset: number } | null {
    const lines = this.#list.children;
    const edge = this.#scroller.getBoundingClientRect().top;
    let low = 0;
    let high = lines.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const bottom = lines[middle]?.getBoundingClientRect().bottom ?? 0;
      if (bottom <= edge) low = middle + 1;
      else high = middle;
    }
    // Day lines and the divider may move between messages; messages keep their order.
    while (lines[low] && !lines[low]?.hasAttribute('data-client-id')) low++;
    const element = lines[low];
    return element ? { element, offset: this.#offset(element) } : null;
  }

  #place(): Place | null {
    if (this.#stuck || !this.#anchor) return null;
    const { element, offset } = this.#anchor;
    const key = element.getAttribute('data-key');
    // One that is not sent yet stands after the last.
    const number = Number(element.getAttribute('data-number')) || this.#reel.history.last;
    return key ? { key, number, offset } : null;
  }
}
