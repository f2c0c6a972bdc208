/** The outbox as the tabs of a browser share it: what is written in any of them is sent by one. */
import { isObject } from '../api/parse';
import { browserEnvironment } from '../comet/browser';
import type { Channel } from '../comet/environment';
import { Lead, type LeadListener } from '../comet/lead';
import { inTime } from './in-time';
import type { Outbox, SharedOutbox, Unsent } from './outbox';
import { BrowserStore, type OutboxStore, outboxName, unsent } from './outbox-store';

/** Milliseconds within which the store is to answer, else this page goes on without it. */
const LIMIT = 3_000;
/** Milliseconds within which the tab that sends answers, else another takes its place. */
const SILENCE = 1_500;
/** Milliseconds after an answer until it is asked again, as long as something waits. */
const AGAIN = 5_000;

export interface SenderParts {
  readonly store: OutboxStore;
  /** Left out where the tabs cannot talk: then each sends what it knows of. The server takes each message once. */
  readonly channel: Channel | null;
  readonly name: string;
  /** Calls when somebody looks at the page again, until the signal ends: it may have been frozen. */
  watch(seen: () => void, signal: AbortSignal): void;
  lead(listener: LeadListener): Pick<Lead, 'held' | 'start' | 'stop' | 'seize'>;
}

/** What one tab says to the others. */
type Word =
  | { readonly kind: 'put'; readonly entry: Unsent }
  | { readonly kind: 'gone'; readonly room: number; readonly clientId: string }
  | { readonly kind: 'sent'; readonly room: number; readonly clientId: string; readonly number: number }
  | { readonly kind: 'wake' | 'who' | 'here' };

/** The outbox of a person in this browser. */
export function browserSender(user: number): OutboxSender {
  const { clock, page, tabs, report, token } = browserEnvironment();
  const name = outboxName(user);
  const parts = tabs ? { clock, page, tabs, report } : { clock, page, report };
  return new OutboxSender({
    store: new BrowserStore(user),
    channel: tabs?.channel ?? null,
    name,
    watch: (seen, signal) => page.on('visibilitychange', () => page.isVisible() && seen(), signal),
    lead: (listener) => new Lead(parts, name, token(), listener),
  });
}

export class OutboxSender implements SharedOutbox {
  readonly #parts: SenderParts;
  readonly #lead: ReturnType<SenderParts['lead']>;
  readonly #outboxes = new Map<number, Outbox>();
  /** What is kept for rooms that have no outbox here. */
  readonly #unplaced = new Map<string, Unsent>();
  /** Those that are kept no longer: older news of them may still be on the way. */
  readonly #dropped = new Set<string>();
  /** Those that the store may still take, after it did not answer in time. */
  readonly #late = new Set<string>();
  /** Changes that the store has not taken yet. */
  readonly #unsaved = new Map<string, Unsent>();
  #life: AbortController | null = null;
  #say: (word: Word) => void = () => {};
  /** Runs while this tab waits for the word of the one that sends. */
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: SenderParts) {
    this.#parts = parts;
    this.#lead = parts.lead({ won: () => void this.#won(), lost: () => this.#ask() });
  }

  /** Reads what is kept. Fails when nothing can be. */
  async open(): Promise<this> {
    this.resume();
    try {
      await this.#read();
    } catch (error) {
      this.rest();
      throw error;
    }
    return this;
  }

  /** The page is put away: another tab sends. */
  rest(): void {
    this.#lead.stop(false);
    this.#life?.abort();
    this.#life = null;
    clearTimeout(this.#silence);
    this.#silence = undefined;
  }

  /** The page is there, and whose it is has been confirmed. */
  resume(): void {
    if (this.#life) return;
    this.#life = new AbortController();
    const { channel, name, watch } = this.#parts;
    const { signal } = this.#life;
    if (channel) this.#say = channel(name, (word) => this.#hear(word), signal);
    watch(() => void this.look(), signal);
    this.#lead.start();
  }

  /** Asks the store for what others may have done without this tab having heard of it. */
  async look(): Promise<void> {
    try {
      await this.#read();
    } catch {
      // What is known stays.
    }
  }

  get leads(): boolean {
    return this.#life !== null && (this.#parts.channel === null || this.#lead.held);
  }

  /** What is kept for rooms that have no outbox here. */
  get unplaced(): readonly Unsent[] {
    return [...this.#unplaced.values()];
  }

  join(outbox: Outbox): readonly Unsent[] {
    this.#outboxes.set(outbox.room, outbox);
    const entries = this.unplaced.filter(({ room }) => room === outbox.room);
    for (const { clientId } of entries) this.#unplaced.delete(clientId);
    // Once it has taken them.
    if (entries.length > 0) queueMicrotask(() => this.#ask());
    return entries;
  }

  leave(outbox: Outbox): void {
    if (this.#outboxes.get(outbox.room) === outbox) this.#outboxes.delete(outbox.room);
  }

  async keep(entry: Unsent): Promise<boolean> {
    const { clientId } = entry;
    const put = this.#parts.store.put(entry);
    this.#late.delete(clientId);
    try {
      await inTime(put, LIMIT);
    } catch {
      this.#late.add(clientId);
      put
        .then(() => {
          if (this.#late.delete(clientId)) this.#keptLate(entry);
        })
        .catch(() => {});
      return false;
    }
    this.#say({ kind: 'put', entry });
    this.#ask();
    return true;
  }

  #keptLate(entry: Unsent): void {
    if (this.#outboxes.get(entry.room)?.keptLate(entry.clientId)) this.#say({ kind: 'put', entry });
    // It was sent or removed meanwhile.
    else void this.drop(entry);
  }

  async has(clientId: string): Promise<boolean> {
    try {
      return await inTime(this.#parts.store.has(clientId), LIMIT);
    } catch {
      return true;
    }
  }

  change(entry: Unsent): void {
    this.#unsaved.set(entry.clientId, entry);
    this.#save(entry);
    this.#say({ kind: 'put', entry });
  }

  /** Again and again, until it works or is of no use any more. */
  #save(entry: Unsent): void {
    const { clientId } = entry;
    const isLast = () => this.#unsaved.get(clientId) === entry;
    this.#parts.store.change(entry).then(
      () => isLast() && this.#unsaved.delete(clientId),
      () => setTimeout(() => this.#life && isLast() && this.#save(entry), AGAIN),
    );
  }

  async drop({ room, clientId }: Unsent): Promise<boolean> {
    try {
      await inTime(this.#parts.store.remove(clientId), LIMIT);
    } catch {
      return false;
    }
    this.#unplaced.delete(clientId);
    this.#dropped.add(clientId);
    this.#say({ kind: 'gone', room, clientId });
    return true;
  }

  sent(room: number, clientId: string, number: number): void {
    this.#dropped.add(clientId);
    const tell = () => this.#say({ kind: 'sent', room, clientId, number });
    tell();
    // A tab that was just opened has read it, and not heard the first word. What cannot be removed now is when
    // it is found again.
    this.#parts.store.remove(clientId).then(tell, () => {});
  }

  wake(): void {
    this.#say({ kind: 'wake' });
    this.#ask();
  }

  /** Sees to it that some tab sends: one that is silent has crashed, or is frozen. */
  #ask(): void {
    if (this.leads || this.#silence !== undefined || !this.#life || !this.#waits) return;
    this.#say({ kind: 'who' });
    this.#silence = setTimeout(() => {
      this.#silence = undefined;
      if (this.leads || !this.#waits) return;
      this.#lead.seize();
      this.#ask();
    }, SILENCE);
  }

  get #waits(): boolean {
    return [...this.#outboxes.values()].some((outbox) => outbox.waits);
  }

  #hear(value: unknown): void {
    const word = wordOf(value);
    switch (word?.kind) {
      case 'put':
        this.#take(word.entry);
        break;
      case 'gone':
        this.#dropped.add(word.clientId);
        this.#unplaced.delete(word.clientId);
        this.#outboxes.get(word.room)?.gone(word.clientId);
        break;
      case 'sent':
        this.#dropped.add(word.clientId);
        this.#unplaced.delete(word.clientId);
        this.#outboxes.get(word.room)?.acknowledged(word.clientId, word.number);
        break;
      case 'wake':
        if (this.leads) this.#wakeAll();
        break;
      case 'who':
        // A frozen tab may hear the others, but what it asks for does not come: its timers stand still too.
        if (this.leads) setTimeout(() => this.#here());
        break;
      case 'here':
        this.#answered();
        break;
      case undefined:
        break;
    }
  }

  #here(): void {
    if (!this.leads) return;
    this.#say({ kind: 'here' });
    // Another tab waits for something of which this one does not know.
    if (!this.#waits) void this.look();
  }

  /** The tab that sends is well; as long as something waits it is asked again. */
  #answered(): void {
    clearTimeout(this.#silence);
    this.#silence = this.#waits
      ? setTimeout(() => {
          this.#silence = undefined;
          // A tab that has crashed could not tell what it had sent.
          void this.look().then(() => this.#ask());
        }, AGAIN)
      : undefined;
  }

  #take(entry: Unsent): void {
    if (this.#dropped.has(entry.clientId)) return;
    const outbox = this.#outboxes.get(entry.room);
    if (outbox) outbox.take(entry);
    else this.#unplaced.set(entry.clientId, entry);
    this.#ask();
  }

  async #won(): Promise<void> {
    clearTimeout(this.#silence);
    this.#silence = undefined;
    await this.look();
    this.#wakeAll();
  }

  #wakeAll(): void {
    for (const outbox of this.#outboxes.values()) outbox.wake();
  }

  async #read(): Promise<void> {
    const before = [...this.#outboxes.values()].map((outbox) => [outbox, outbox.kept] as const);
    const all = await inTime(this.#parts.store.all(), LIMIT);
    const kept = all.filter(({ clientId }) => !this.#dropped.has(clientId));
    // What could not be removed before.
    for (const entry of all) if (!kept.includes(entry)) void this.drop(entry);
    for (const [outbox, known] of before) {
      outbox.sync(
        kept.filter(({ room }) => room === outbox.room),
        known,
      );
    }
    for (const entry of kept) if (!this.#outboxes.has(entry.room)) this.#unplaced.set(entry.clientId, entry);
  }
}

/** What another tab has said; null for what this version does not know. */
function wordOf(value: unknown): Word | null {
  if (!isObject(value)) return null;
  const { kind, room, clientId, number } = value;
  switch (kind) {
    case 'wake':
    case 'who':
    case 'here':
      return { kind };
    case 'put': {
      const entry = unsent(value.entry);
      return entry && { kind, entry };
    }
    case 'gone':
    case 'sent':
      if (typeof room !== 'number' || typeof clientId !== 'string') return null;
      if (kind === 'gone') return { kind, room, clientId };
      return typeof number === 'number' ? { kind, room, clientId, number } : null;
    default:
      return null;
  }
}
