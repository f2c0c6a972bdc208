/**
 * Keeps the reader's place in the timeline: at the bottom when they are there, otherwise the line they
 * look at stays where it is to the pixel, whatever comes, goes or grows above and below it.
 */
import type { Place, Reel, Target } from '../model/reel';

/** Pixels from the bottom that still count as being there. */
const TOLERANCE = 8;
/** Pixels from an edge at which the next page is fetched. */
const AHEAD = 1_000;
/** Pixels above a message that is brought into view and is larger than that. */
const EDGE = 32;
/** Milliseconds until a page that failed is asked for again. */
const PAUSE = 3_000;

/** A line and how many pixels below the upper edge of the view it stands. */
interface Anchor {
  readonly element: Element;
  readonly offset: number;
}

/** Whether a list is drawn up to its first and its last line. */
export interface Ends {
  readonly first: boolean;
  readonly last: boolean;
}

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
  /** The first of these that is still there stays where it is. */
  #anchors: readonly Anchor[] = [];
  /** The state we left the scroller in, to tell the reader's movements from the page's. */
  #left = { top: 0, height: 0, view: 0 };
  #pausedUntil = 0;
  /** How far the list is drawn. */
  #drawn: Ends = { first: true, last: true };

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
    this.#anchors = [{ element, offset: offset ?? Math.max(room / 2, EDGE) }];
    this.#hold();
    this.#moved();
    return element;
  }

  /** Call before more of the list is drawn: the reader may have moved a moment ago. */
  heed(): void {
    this.#scrolled();
  }

  /** Call after the list has changed: puts the reader back where they were. */
  settle(drawn = this.#drawn): void {
    this.#drawn = drawn;
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
    this.#anchors = [];
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
    this.#anchors = [{ element, offset }];
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
    const anchor = this.#anchors.find(({ element }) => element.isConnected);
    if (!anchor) return;
    const shift = this.#offset(anchor.element) - anchor.offset;
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
    const { history, atBottom, placed } = this.#reel;
    this.#left = { top: scrollTop, height: scrollHeight, view: clientHeight };
    this.#stuck = below <= TOLERANCE && this.#drawn.last && !history.newer.peek();
    this.#anchors = this.#stuck && !this.#reel.still.peek() ? [] : this.#inView();
    atBottom.value = this.#stuck;
    placed.value = true;
    this.#loadAhead(scrollTop, below);
  }

  #loadAhead(above: number, below: number): void {
    const { history } = this.#reel;
    const { first, last } = this.#drawn;
    if (Date.now() < this.#pausedUntil) return;
    const failed = () => {
      this.#pausedUntil = Date.now() + PAUSE;
    };
    if (above < AHEAD && first && history.older.peek()) history.loadOlder().catch(failed);
    if (below < AHEAD && last && history.newer.peek()) history.loadNewer().catch(failed);
  }

  /**
   * The messages in view, the one to hold first. One that begins above the view may grow or go out of sight without the
   * others moving, unless it fills most of the view.
   */
  #inView(): readonly Anchor[] {
    const { top, bottom, height } = this.#scroller.getBoundingClientRect();
    const found: Anchor[] = [];
    for (let line = this.#firstInView(top); line; line = line.nextElementSibling) {
      const at = line.getBoundingClientRect().top;
      if (at >= bottom && found.length > 0) break;
      // Day lines and the divider may move between messages; messages keep their order.
      if (line.hasAttribute('data-client-id')) found.push({ element: line, offset: at - top });
    }
    const [first, second] = found;
    const held = first && second && first.offset < 0 && second.offset < height / 2;
    return held ? [...found.slice(1), first] : found;
  }

  /** The uppermost line that is at least partly in view, found by halving. */
  #firstInView(edge: number): Element | null {
    const lines = this.#list.children;
    let low = 0;
    let high = lines.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const bottom = lines[middle]?.getBoundingClientRect().bottom ?? 0;
      if (bottom <= edge) low = middle + 1;
      else high = middle;
    }
    return lines[low] ?? null;
  }

  #place(): Place | null {
    const [anchor] = this.#anchors;
    if (this.#stuck || !anchor) return null;
    const { element, offset } = anchor;
    const key = element.getAttribute('data-key');
    // One that is not sent yet stands after the last.
    const number = Number(element.getAttribute('data-number')) || this.#reel.history.last;
    return key ? { key, number, offset } : null;
  }
}
