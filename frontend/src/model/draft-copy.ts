/** Keeps one draft the same here and on the server. */
import { effect, untracked } from '@preact/signals';
import { passes } from '../api/http';
import type { Draft } from './draft';
import { mergeDrafts } from './draft-merge';
import { store, stored } from './storage';

/** Milliseconds without a key after which the server gets the draft, and at most while somebody types on. */
const PAUSE = 1_000;
const LONGEST = 5_000;
/** Milliseconds after a key in which the text is not changed under somebody's fingers. */
const HOLD = 3_000;
/** Milliseconds after which a draft that the server could not take goes to it again. */
const LATER = 30_000;

/** Gives the server the text; `leaving` says that the page may be gone before the answer. */
export type PutDraft = (text: string, leaving: boolean) => Promise<void>;

export class DraftCopy {
  readonly #draft: Draft;
  readonly #key: string;
  readonly #put: PutDraft;
  /** Told when it is not certain what the server has. */
  readonly #doubt: () => void;
  readonly #stopEffect: () => void;
  /** What the server had last, as far as it is known here. */
  #base: string;
  /** What the server may have got without saying so. */
  readonly #perhaps = new Set<string>();
  /** What the server has by now, and somebody is typing. */
  #theirs: string | null = null;
  #shown: string;
  /** When the draft was changed here, and first since the server has it, in milliseconds since 1970. */
  #typedAt = 0;
  #since = 0;
  #sending = false;
  /** To what somebody else has changed it while it was on its way; null when nobody has. */
  #crossed: string | null = null;
  #stopped = false;
  /** Counts whatever is learned of the server's copy. */
  #news = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `key` names the place where it is kept what the server had last. */
  constructor(draft: Draft, key: string, put: PutDraft, doubt: () => void) {
    this.#draft = draft;
    this.#key = key;
    this.#put = put;
    this.#doubt = doubt;
    this.#base = stored(key) ?? '';
    this.#shown = draft.text.peek();
    this.#stopEffect = effect(() => {
      const text = draft.text.value;
      untracked(() => this.#changed(text));
    });
  }

  /** Where the knowledge of the server's copy is now: what was asked for before may be older. */
  get news(): number {
    return this.#news;
  }

  /** The server has this text. */
  take(theirs: string): void {
    this.#news++;
    if (this.#sending) {
      this.#crossed = theirs;
      return;
    }
    this.#theirs = theirs;
    this.#settle();
  }

  /** The server can be reached again. */
  wake(): void {
    if (this.#draft.text.peek() !== this.#base) this.#plan(0);
  }

  /** The page may be left: the server gets what it does not have yet. */
  flush(): void {
    this.#typedAt = 0;
    this.#settle();
    const text = this.#draft.text.peek();
    if (this.#stopped || text === this.#base) return;
    this.#perhaps.add(text);
    this.#put(text, true).catch(() => {
      // It is kept here, and the next page has the server know.
    });
  }

  /** Ends it. What is here stays here. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#stopEffect();
  }

  /** What the server had is of no account any more: it may be without it when the draft is wanted again. */
  forget(): void {
    this.stop();
    store(this.#key, null);
  }

  #changed(text: string): void {
    if (text === this.#shown) return;
    this.#shown = text;
    const now = Date.now();
    this.#typedAt = now;
    if (this.#since === 0) this.#since = now;
    this.#plan(Math.max(0, Math.min(pauseBefore(text), this.#since + LONGEST - now)));
  }

  #plan(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#stopped || this.#sending) return;
    this.#timer = setTimeout(() => {
      this.#settle();
      void this.#send();
    }, ms);
  }

  /** Puts together what is here and what the server has, unless somebody is typing. */
  #settle(): void {
    const theirs = this.#theirs;
    if (theirs === null || this.#stopped) return;
    const mine = this.#draft.text.peek();
    const wait = this.#typedAt + HOLD - Date.now();
    if (theirs !== mine && wait > 0 && mine !== '') {
      this.#plan(wait);
      return;
    }
    this.#theirs = null;
    const base = this.#perhaps.has(theirs) ? theirs : this.#base;
    const both = mergeDrafts(base, mine, theirs);
    this.#know(theirs);
    if (both !== mine) {
      this.#shown = both;
      this.#draft.take(both);
    }
    if (both !== theirs) this.#plan(PAUSE);
  }

  #know(theirs: string): void {
    this.#base = theirs;
    this.#perhaps.clear();
    this.#since = 0;
    store(this.#key, theirs === '' ? null : theirs);
  }

  async #send(): Promise<void> {
    const text = this.#draft.text.peek();
    if (this.#sending || this.#stopped || this.#theirs !== null || text === this.#base) return;
    this.#sending = true;
    this.#news++;
    this.#perhaps.add(text);
    const before = this.#base;
    let again = 0;
    try {
      await this.#put(text, false);
      this.#know(text);
      this.#join(before);
    } catch (error) {
      // What it does not want it will not want later either; it is kept here.
      again = passes(error) ? LATER : Number.POSITIVE_INFINITY;
    }
    this.#sending = false;
    this.#news++;
    if (this.#stopped) return;
    const rest = this.#draft.text.peek();
    if (rest !== text) this.#plan(again === 0 ? pauseBefore(rest) : LATER);
    else if (again === LATER) this.#plan(LATER);
    if (this.#crossed !== null) {
      this.#crossed = null;
      this.#doubt();
    }
  }

  /** Of two texts that crossed each other the server has only the later one: what the other had said is put to it. */
  #join(before: string): void {
    const theirs = this.#crossed ?? '';
    const mine = this.#draft.text.peek();
    const both = theirs === '' || mine === '' ? mine : mergeDrafts(before, mine, theirs);
    if (both === mine) return;
    this.#shown = both;
    this.#draft.take(both);
  }
}

/** What was sent must not look unsent elsewhere. */
function pauseBefore(text: string): number {
  return text === '' ? 0 : PAUSE;
}
