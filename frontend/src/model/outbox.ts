/**
 * Own messages of one room that the window does not hold yet. They go out one after the other,
 * each always under the same client_id, so that trying again never sends twice.
 */
import { signal } from '@preact/signals';
import { passes, Problem } from '../api/http';
import type { Message } from '../api/records';
import type { Belonging } from '../api/routes';
import { refusal } from './refusal';
import { uuid } from './uuid';

export interface Outgoing {
  readonly clientId: string;
  readonly body: string;
  /** What it answers, and the thread that it is for. */
  readonly belonging: Belonging;
  /** Milliseconds since 1970, by this machine's clock. */
  readonly at: number;
  /** `sent`: the server has it, the room's topic has not brought it yet. */
  readonly state: 'sending' | 'sent' | 'failed';
  /**
   * The server's sentence about a refusal, empty once that may hold no longer; null when the server could
   * not be reached.
   */
  readonly problem: string | null;
  /** Its number in the room, once sent. */
  readonly number: number | null;
  /** When it goes out by itself, in milliseconds since 1970: the server wants a pause, as in slow mode. */
  readonly due: number | null;
}

export type Post = (clientId: string, body: string, belonging: Belonging) => Promise<Message>;

/** Milliseconds before the second and third try; after those the message shows as failed. */
const PAUSES = [1_000, 4_000];
/** Milliseconds after which one that failed for want of a connection is tried again by itself. */
const LATER = 30_000;

export class Outbox {
  /** Sent ones by number, then the others as they were written. */
  readonly entries = signal<readonly Outgoing[]>([]);

  readonly #post: Post;
  readonly #sent: (message: Message) => void;
  #running = false;
  #stopped = false;
  /** Those that were refused because I might not write. */
  readonly #barred = new Set<string>();
  #cutPause: () => void = () => {};
  #later: ReturnType<typeof setTimeout> | undefined;

  /** `sent` learns of each acknowledgement. */
  constructor(post: Post, sent: (message: Message) => void) {
    this.#post = post;
    this.#sent = sent;
  }

  /** There are messages that the server has not acknowledged. */
  get unsent(): boolean {
    return this.entries.value.some((entry) => entry.state !== 'sent');
  }

  send(body: string, belonging: Belonging = {}): void {
    const entry: Outgoing = {
      clientId: uuid(),
      body,
      belonging,
      at: Date.now(),
      state: 'sending',
      problem: null,
      number: null,
      due: null,
    };
    this.entries.value = [...this.entries.value, entry];
    void this.#run();
  }

  retry(clientId: string): void {
    this.#barred.delete(clientId);
    this.#change(clientId, { state: 'sending', problem: null });
    this.wake();
  }

  remove(clientId: string): void {
    this.#barred.delete(clientId);
    this.entries.value = this.entries.value.filter((entry) => entry.clientId !== clientId);
    this.wake();
  }

  /** I may write again: what was refused because I might not can be tried once more, when its author wants it. */
  excuse(): void {
    for (const clientId of this.#barred) this.#change(clientId, { problem: '' });
    this.#barred.clear();
  }

  /** What failed for want of a connection, or waits, goes out now. */
  wake(): void {
    clearTimeout(this.#later);
    for (const entry of this.entries.value) {
      if (entry.state === 'failed' && entry.problem === null)
        this.#change(entry.clientId, { state: 'sending' });
    }
    this.#cutPause();
    void this.#run();
  }

  /** The room has brought these own messages, and everything up to that number: they leave the outbox. */
  settle(clientIds: readonly string[], upTo: number): void {
    const settled = ({ clientId, number }: Outgoing) =>
      clientIds.includes(clientId) || (number !== null && number <= upTo);
    if (this.entries.value.some(settled)) {
      this.entries.value = this.entries.value.filter((entry) => !settled(entry));
    }
  }

  /** What the server had is lost: it will not come any more. */
  dropSent(): void {
    this.entries.value = this.entries.value.filter((entry) => entry.state !== 'sent');
  }

  /** Ends it and hands out what the server has not acknowledged, as it was written. */
  stop(): readonly Outgoing[] {
    this.#stopped = true;
    clearTimeout(this.#later);
    const unsent = this.entries.value.filter((entry) => entry.state !== 'sent');
    this.entries.value = this.entries.value.filter((entry) => entry.state === 'sent');
    this.#cutPause();
    return unsent;
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    let next = this.#next();
    while (next && !this.#stopped) {
      await this.#deliver(next);
      next = this.#next();
    }
    this.#running = false;
  }

  /** The next to go out. One that failed for want of a connection holds back those behind it. */
  #next(): Outgoing | undefined {
    const waiting = this.entries.value.filter((entry) => entry.state !== 'sent' && entry.problem === null);
    return waiting[0]?.state === 'sending' ? waiting[0] : undefined;
  }

  async #deliver({ clientId, body, belonging }: Outgoing): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        this.#acknowledge(await this.#post(clientId, body, belonging));
        return;
      } catch (error) {
        if (!this.#has(clientId)) return;
        const wanted = error instanceof Problem && error.status === 429 ? retryAfter(error) : 0;
        if (wanted > 0) {
          // That is no failure, however often it happens.
          tries--;
          await this.#wait(clientId, wanted);
          if (this.#stopped || !this.#has(clientId)) return;
          continue;
        }
        const refusal = refused(error);
        const pause = PAUSES[tries];
        if (refusal !== null || pause === undefined) {
          this.#change(clientId, { state: 'failed', problem: refusal });
          if (error instanceof Problem && error.status === 403) this.#barred.add(clientId);
          if (refusal === null) this.#later = setTimeout(() => this.wake(), LATER);
          return;
        }
        await this.#pause(Math.max(pause, retryAfter(error)));
        if (this.#stopped || !this.#has(clientId)) return;
      }
    }
  }

  async #wait(clientId: string, ms: number): Promise<void> {
    this.#change(clientId, { due: Date.now() + ms });
    await this.#pause(ms);
    this.#change(clientId, { due: null });
  }

  #acknowledge(message: Message): void {
    const others = this.entries.value.filter((entry) => entry.clientId !== message.client_id);
    const entry = this.entries.value.find((one) => one.clientId === message.client_id);
    if (entry) {
      const sent: Outgoing = { ...entry, state: 'sent', problem: null, due: null, number: message.number };
      const before = others.filter((one) => one.number !== null && one.number < message.number);
      this.entries.value = [...before, sent, ...others.filter((one) => !before.includes(one))];
    }
    this.#sent(message);
  }

  #has(clientId: string): boolean {
    return this.entries.value.some((entry) => entry.clientId === clientId);
  }

  #change(clientId: string, change: Partial<Outgoing>): void {
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

/** The server's sentence when trying again would not help, otherwise null. */
function refused(error: unknown): string | null {
  return error instanceof Problem && !passes(error) ? refusal(error) : null;
}

function retryAfter(error: unknown): number {
  return error instanceof Problem ? (error.retryAfter ?? 0) * 1000 : 0;
}
