/**
 * Own messages of one room that the window does not hold yet. They go out one after the other, each always
 * under the same client_id, so that trying again never sends twice, whichever tab of the browser does it.
 */
import { signal } from '@preact/signals';
import { passes, Problem } from '../api/http';
import type { Message } from '../api/records';
import type { Belonging } from '../api/routes';
import { refusal } from './refusal';
import { uuid } from './uuid';

/** What the browser keeps of a message that the server has not acknowledged. */
export interface Unsent {
  readonly clientId: string;
  readonly room: number;
  readonly body: string;
  /** What it answers, and the thread that it is for. */
  readonly belonging: Belonging;
  /** Milliseconds since 1970, by this machine's clock. */
  readonly at: number;
  /** Grows from one message of the room to the next, also when the clock is set back. */
  readonly order: number;
  readonly state: 'sending' | 'failed';
  /**
   * The server's sentence about a refusal, empty once that may hold no longer; null when the server could
   * not be reached.
   */
  readonly problem: string | null;
  /** It was refused because I might not write. */
  readonly barred: boolean;
  /** When it goes out by itself, in milliseconds since 1970: the server wants a pause, as in slow mode. */
  readonly due: number | null;
}

export interface Outgoing extends Omit<Unsent, 'state'> {
  /** `sent`: the server has it, the room's topic has not brought it yet. */
  readonly state: Unsent['state'] | 'sent';
  /** Its number in the room, once sent. */
  readonly number: number | null;
  /** Its words as the server renders them, once this page has sent it; null also when they are plain. */
  readonly html: string | null;
}

/** What the tabs of a browser have in common: what is not sent outlives them, and one of them sends it. */
export interface SharedOutbox {
  /** This tab is the one that sends. */
  readonly leads: boolean;
  /** Tells a room's outbox of changes from now on, and returns what is kept for the room. */
  join(outbox: Outbox): readonly Unsent[];
  leave(outbox: Outbox): void;
  /** Keeps one beyond this page. Whether that worked. */
  keep(entry: Unsent): Promise<boolean>;
  /** Whether one is still to be sent. */
  has(clientId: string): Promise<boolean>;
  change(entry: Unsent): void;
  /** Keeps one no longer. Whether that worked: else it may come back. */
  drop(entry: Unsent): Promise<boolean>;
  /** The server has one; it is not kept any longer. */
  sent(room: number, clientId: string, number: number): void;
  /** Has the tab that sends try again now. */
  wake(): void;
}

export interface OutboxParts {
  readonly room: number;
  post(entry: Outgoing): Promise<Message>;
  /** Learns of each acknowledgement. */
  sent(message: Message): void;
  /** Nothing goes out before it is known: what was written earlier goes first. Left out or null: this page is for itself. */
  readonly shared?: Promise<SharedOutbox | null> | undefined;
}

/** Milliseconds before the second and third try; after those the message shows as failed. */
const PAUSES = [1_000, 4_000];
/** Milliseconds after which one that failed for want of a connection is tried again by itself. */
const LATER = 30_000;

export class Outbox {
  /** Sent ones by number, then the others as they were written. */
  readonly entries = signal<readonly Outgoing[]>([]);
  readonly room: number;

  readonly #parts: OutboxParts;
  #shared: SharedOutbox | null = null;
  #opening: boolean;
  /** Those that outlive the page. */
  readonly #kept = new Set<string>();
  /** Those of which it is not known yet whether they do. */
  readonly #unwritten = new Set<string>();
  #writing = false;
  #running = false;
  #stopped = false;
  /** The one that is on its way, or waits for its next try. */
  #current = '';
  #cutPause: () => void = () => {};
  #later: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: OutboxParts) {
    this.room = parts.room;
    this.#parts = parts;
    this.#opening = parts.shared !== undefined;
    void parts.shared?.then((shared) => this.#open(shared));
  }

  /** There are messages that the server has not acknowledged. */
  get unsent(): boolean {
    return this.entries.value.some(isUnsent);
  }

  /** There are some that are lost with the page. */
  get fleeting(): boolean {
    return this.entries.value.some((entry) => isUnsent(entry) && !this.#kept.has(entry.clientId));
  }

  /** Those of the thread with this root, or of the room's timeline (0). */
  of(thread: number): readonly Outgoing[] {
    return this.entries.value.filter(({ belonging }) => (belonging.thread ?? 0) === thread);
  }

  send(body: string, belonging: Belonging = {}): void {
    const at = Date.now();
    const last = Math.max(0, ...this.entries.value.map(({ order }) => order));
    const entry: Unsent = {
      clientId: uuid(),
      room: this.room,
      body,
      belonging,
      at,
      order: Math.max(at, last + 1),
      state: 'sending',
      problem: null,
      barred: false,
      due: null,
    };
    this.#put({ ...entry, number: null, html: null });
    this.#unwritten.add(entry.clientId);
    this.#write();
  }

  retry(clientId: string): void {
    this.#change(clientId, { state: 'sending', problem: null, barred: false });
    this.wake();
  }

  remove(clientId: string): void {
    const entry = this.entries.peek().find((one) => one.clientId === clientId);
    if (!entry || !isUnsent(entry)) return;
    if (!this.#kept.has(clientId)) this.gone(clientId);
    // What cannot be taken out would be sent later all the same: it stays to be seen.
    else void this.#shared?.drop(entry).then((dropped) => dropped && this.gone(clientId));
  }

  /** I may write again: what was refused because I might not can be tried once more, when its author wants it. */
  excuse(): void {
    for (const { clientId, barred } of this.entries.value) {
      if (barred) this.#change(clientId, { problem: '', barred: false });
    }
  }

  /** What failed for want of a connection, or waits, goes out now. */
  wake(): void {
    clearTimeout(this.#later);
    for (const entry of this.entries.value) {
      if (entry.state === 'failed' && entry.problem === null && this.#mine(entry))
        this.#change(entry.clientId, { state: 'sending' });
    }
    if (this.#shared && !this.#shared.leads && this.#kept.size > 0) this.#shared.wake();
    this.#cutPause();
    this.#write();
  }

  /** The room has brought these own messages, and everything up to that number: they leave the outbox. */
  settle(clientIds: readonly string[], upTo: number): void {
    const settled = ({ clientId, number }: Outgoing) =>
      clientIds.includes(clientId) || (number !== null && number <= upTo);
    const found = this.entries.value.filter(settled);
    if (found.length === 0) return;
    this.entries.value = this.entries.value.filter((entry) => !found.includes(entry));
    for (const { clientId } of found) this.#forget(clientId, upTo);
  }

  /** What the server had is lost: it will not come any more. */
  dropSent(): void {
    this.entries.value = this.entries.value.filter((entry) => entry.state !== 'sent');
  }

  /** Ends it and hands out what ends with the page, as it was written. */
  stop(): readonly Outgoing[] {
    this.#stopped = true;
    clearTimeout(this.#later);
    this.#shared?.leave(this);
    const fleeting = this.entries.value.filter((entry) => isUnsent(entry) && !this.#kept.has(entry.clientId));
    this.entries.value = this.entries.value.filter((entry) => entry.state === 'sent');
    this.#cutPause();
    return fleeting;
  }

  /**
   * Nothing of it shall be sent any more: hands out all that the server has not acknowledged. `took` tells that it is kept
   * elsewhere.
   */
  giveUp(): { readonly unsent: readonly Outgoing[]; took(): Promise<unknown> } {
    const unsent = this.entries.value.filter(isUnsent);
    const kept = unsent.filter(({ clientId }) => this.#kept.has(clientId));
    return {
      unsent,
      took: () => {
        this.entries.value = this.entries.value.filter((entry) => entry.state === 'sent');
        return Promise.all(kept.map((entry) => this.#shared?.drop(entry)));
      },
    };
  }

  /** Another tab, or the page before this one, has written or changed one. */
  take(entry: Unsent): void {
    const known = this.entries.peek().find(({ clientId }) => clientId === entry.clientId);
    if (known?.state === 'sent') return;
    this.#kept.add(entry.clientId);
    if (known) this.#show(entry.clientId, entry);
    else this.#put({ ...entry, number: null, html: null });
    void this.#run();
  }

  /** One is not to be sent any more. */
  gone(clientId: string): void {
    this.#kept.delete(clientId);
    this.#unwritten.delete(clientId);
    this.entries.value = this.entries.value.filter(
      (entry) => entry.clientId !== clientId || entry.state === 'sent',
    );
    if (clientId === this.#current) this.#cutPause();
    void this.#run();
  }

  /** The server has one, as another tab tells, as a message with this number or a smaller one. The room's topic brings it. */
  acknowledged(clientId: string, number: number): void {
    this.#kept.delete(clientId);
    this.#asSent(clientId, number);
    if (clientId === this.#current) this.#cutPause();
    void this.#run();
  }

  /** One is kept after all. Whether it is still to be. */
  keptLate(clientId: string): boolean {
    const entry = this.entries.peek().find((one) => one.clientId === clientId);
    if (!entry || !isUnsent(entry)) return false;
    this.#kept.add(clientId);
    // It may have been kept before it failed.
    if (entry.state === 'failed') this.#shared?.change(entry);
    return true;
  }

  /**
   * This is all that is kept; it was asked for when `before` was known to be. What has changed here since is newer. Where
   * another tab could not keep what became of one any more, the tab that sends knows better than the store.
   */
  sync(kept: readonly Unsent[], before: ReadonlyMap<string, Outgoing>): void {
    const there = new Set(kept.map(({ clientId }) => clientId));
    for (const clientId of before.keys()) {
      if (!there.has(clientId) && this.#kept.has(clientId)) this.gone(clientId);
    }
    for (const entry of kept) {
      const known = this.entries.peek().find(({ clientId }) => clientId === entry.clientId);
      if (!known) this.take(entry);
      else if (known === before.get(entry.clientId)) this.#agree(known, entry);
    }
    void this.#run();
  }

  /** There are some that go out by themselves, from one tab or another. */
  get waits(): boolean {
    return this.entries.peek().some((entry) => isUnsent(entry) && entry.problem === null);
  }

  /** Those that outlive the page, as far as is known here. */
  get kept(): ReadonlyMap<string, Outgoing> {
    const kept = this.entries.peek().filter((entry) => isUnsent(entry) && this.#kept.has(entry.clientId));
    return new Map(kept.map((entry) => [entry.clientId, entry]));
  }

  #agree(known: Outgoing, kept: Unsent): void {
    if (!this.#shared?.leads) this.take(kept);
    else if (isUnsent(known) && (known.state !== kept.state || known.problem !== kept.problem))
      this.#shared.change(known);
  }

  #open(shared: SharedOutbox | null): void {
    this.#opening = false;
    if (this.#stopped) return;
    this.#shared = shared;
    for (const entry of shared?.join(this) ?? []) this.take(entry);
    this.#write();
  }

  /** Keeps what is not kept yet, in its order: one behind another that could not be kept is not, or it would overtake. */
  #write(): void {
    if (this.#opening || this.#writing) return;
    if (!this.#shared || this.#stopped) {
      this.#unwritten.clear();
      void this.#run();
      return;
    }
    this.#writing = true;
    void this.#keepAll(this.#shared).then(() => {
      this.#writing = false;
      void this.#run();
      // One was written in the moment between.
      if (this.#unwritten.size > 0) this.#write();
    });
  }

  async #keepAll(shared: SharedOutbox): Promise<void> {
    for (let next = this.#fleeting(); next; next = this.#fleeting()) {
      const { clientId } = next;
      const kept = await shared.keep(next);
      if (!kept) break;
      this.#unwritten.delete(clientId);
      // It may have been sent or removed meanwhile.
      if (!this.keptLate(clientId)) await shared.drop(next);
    }
    this.#unwritten.clear();
  }

  #fleeting(): Unsent | undefined {
    return this.entries
      .peek()
      .filter(isUnsent)
      .find(({ clientId }) => !this.#kept.has(clientId));
  }

  async #run(): Promise<void> {
    if (this.#running || this.#opening) return;
    this.#running = true;
    let next = this.#next();
    while (next && !this.#stopped) {
      this.#current = next.clientId;
      await this.#deliver(next);
      next = this.#next();
    }
    this.#current = '';
    this.#running = false;
  }

  /** The next to go out. One that failed for want of a connection, or that another tab sends, holds back those behind it. */
  #next(): Outgoing | undefined {
    const next = this.entries.peek().find((entry) => entry.state !== 'sent' && entry.problem === null);
    if (next?.state !== 'sending' || this.#unwritten.has(next.clientId)) return undefined;
    return this.#mine(next) ? next : undefined;
  }

  /** Whether this tab is to send it. */
  #mine({ clientId }: Outgoing): boolean {
    return !this.#kept.has(clientId) || this.#shared?.leads !== false;
  }

  /** Whether this tab is still to send it, after a while. */
  #still(clientId: string): boolean {
    const entry = this.entries.peek().find((one) => one.clientId === clientId);
    return !this.#stopped && entry?.state === 'sending' && this.#mine(entry);
  }

  async #deliver(entry: Outgoing): Promise<void> {
    const { clientId } = entry;
    for (let tries = 0; ; tries++) {
      try {
        // A tab that was frozen may not have heard that another has sent it, or that its author has removed it.
        if (this.#kept.has(clientId) && !(await this.#shared?.has(clientId))) {
          if (this.#kept.has(clientId)) this.gone(clientId);
          return;
        }
        if (!this.#still(clientId)) return;
        const message = await this.#parts.post(entry);
        this.#asSent(clientId, message.number, message.html);
        this.#forget(clientId, message.number);
        this.#parts.sent(message);
        return;
      } catch (error) {
        if (!this.#still(clientId)) return;
        const wanted = error instanceof Problem && error.status === 429 ? retryAfter(error) : 0;
        if (wanted > 0) {
          // That is no failure, however often it happens.
          tries--;
          await this.#wait(clientId, wanted);
          if (!this.#still(clientId)) return;
          continue;
        }
        const refusal = refused(error);
        const pause = PAUSES[tries];
        if (refusal !== null || pause === undefined) {
          const barred = error instanceof Problem && error.status === 403;
          this.#change(clientId, { state: 'failed', problem: refusal, barred });
          if (refusal === null) this.#later = setTimeout(() => this.wake(), LATER);
          return;
        }
        await this.#pause(Math.max(pause, retryAfter(error)));
        if (!this.#still(clientId)) return;
      }
    }
  }

  async #wait(clientId: string, ms: number): Promise<void> {
    this.#change(clientId, { due: Date.now() + ms });
    await this.#pause(ms);
    if (!this.#stopped) this.#change(clientId, { due: null });
  }

  #asSent(clientId: string, number: number, html: string | null = null): void {
    const entry = this.entries.peek().find((one) => one.clientId === clientId);
    if (!entry) return;
    const others = this.entries.peek().filter((one) => one !== entry);
    const sent: Outgoing = {
      ...entry,
      state: 'sent',
      problem: null,
      barred: false,
      due: null,
      number,
      html: html ?? entry.html,
    };
    const before = others.filter((one) => one.number !== null && one.number < number);
    this.entries.value = [...before, sent, ...others.filter((one) => !before.includes(one))];
  }

  /** The server has it: it need not be kept. */
  #forget(clientId: string, number: number): void {
    this.#unwritten.delete(clientId);
    if (this.#kept.delete(clientId)) this.#shared?.sent(this.room, clientId, number);
  }

  /** Puts one among those that are not sent, as they were written. */
  #put(entry: Outgoing): void {
    const all = this.entries.peek();
    const at = all.findIndex((one) => one.state !== 'sent' && later(one, entry));
    this.entries.value = at < 0 ? [...all, entry] : [...all.slice(0, at), entry, ...all.slice(at)];
  }

  /** Changes one, for all tabs. */
  #change(clientId: string, change: Partial<Unsent>): void {
    this.#show(clientId, change);
    const entry = this.entries.peek().find((one) => one.clientId === clientId);
    if (entry && isUnsent(entry) && this.#kept.has(clientId)) this.#shared?.change(entry);
  }

  #show(clientId: string, change: Partial<Unsent>): void {
    this.entries.value = this.entries.value.map((entry) =>
      entry.clientId === clientId ? { ...entry, ...change } : entry,
    );
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#cutPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Two tabs may have written in the same millisecond. */
function later(one: Unsent | Outgoing, other: Unsent | Outgoing): boolean {
  return one.order === other.order ? one.clientId > other.clientId : one.order > other.order;
}

function isUnsent(entry: Outgoing): entry is Outgoing & Unsent {
  return entry.state !== 'sent';
}

/** The server's sentence when trying again would not help, otherwise null. */
function refused(error: unknown): string | null {
  return error instanceof Problem && !passes(error) ? refusal(error) : null;
}

function retryAfter(error: unknown): number {
  return error instanceof Problem ? (error.retryAfter ?? 0) * 1000 : 0;
}
