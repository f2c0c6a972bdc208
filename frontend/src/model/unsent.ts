/** What I wrote in all rooms and the server has not acknowledged yet. */
import { keepUnsent } from './draft';
import type { OutboxSender } from './outbox-sender';
import type { Room } from './room';

/** What it needs from around the chat. */
export interface UnsentContext {
  /** Has what somebody has not sent outlive the page. Left out where that cannot be. */
  openOutbox?(user: number): Promise<OutboxSender>;
  /** Messages for rooms in which I am not any more could not be sent; they are among the drafts. */
  adrift?(): void;
}

export class Unsent {
  /** Null where what is not sent ends with the page. */
  readonly sender: Promise<OutboxSender | null> | undefined;
  readonly #user: number;
  readonly #rooms: () => Iterable<Room>;
  readonly #context: UnsentContext;
  #stopped = false;

  constructor(user: number, rooms: () => Iterable<Room>, context: UnsentContext) {
    this.#user = user;
    this.#rooms = rooms;
    this.#context = context;
    this.sender = context.openOutbox?.(user).catch(() => null);
  }

  /** To be called when my rooms are known: what was not sent in others is kept where I find it. */
  placed(): void {
    void this.sender?.then((sender) => sender && this.#shared(sender));
  }

  #shared(sender: OutboxSender): void {
    if (this.#stopped) {
      sender.rest();
      return;
    }
    const adrift = sender.unplaced;
    keepUnsent(this.#user, adrift);
    for (const entry of adrift) void sender.drop(entry);
    if (adrift.length > 0) this.#context.adrift?.();
  }

  /** There is something. */
  get any(): boolean {
    return [...this.#rooms()].some((room) => room.outbox.unsent);
  }

  /** There is something that is lost with the page. */
  get fleeting(): boolean {
    return [...this.#rooms()].some((room) => room.outbox.fleeting);
  }

  /** What was not sent is no message any more, but a draft. */
  giveUp(): void {
    for (const room of this.#rooms()) room.writing.giveUp();
  }

  /** The page is put away: another tab sends what there is to send. */
  rest(): void {
    void this.sender?.then((sender) => sender?.rest());
  }

  /** It is there again, and I am still signed in. */
  resume(): void {
    void this.sender?.then((sender) => {
      if (!sender || this.#stopped) return;
      sender.resume();
      void sender.look();
    });
  }

  stop(): void {
    this.#stopped = true;
    this.rest();
  }
}
