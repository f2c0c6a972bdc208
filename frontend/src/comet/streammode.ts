import type { Backoff } from './backoff';
import type { TransportChoice } from './choice';
import { child, Deferred, pause, remaining, until } from './clock';
import type { Clock } from './clock';
import type { Control } from './control';
import { asFailure, Failure } from './failure';
import type { Feeds } from './feeds';
import type { Inbox } from './inbox';
import type { Mode } from './mode';
import type { Manner, Opening } from './opening';
import { pollLimit, probeLimit } from './poll';
import type { Session } from './session';
import type { Status } from './status';
import type { Stream, StreamEnd } from './stream';
import { Teller } from './teller';
import type { Union } from './union';
import type { Silence, Vigil } from './vigil';

// A stream that dies younger than this was not a good one.
const early = 5_000;
// One that is told to come back this soon must not do so in a tight circle.
const tooSoon = 1_000;

const opening: Manner = { poll: pollLimit, padding: false };
const padded: Manner = { poll: pollLimit, padding: true };
const probing: Manner = { poll: probeLimit, padding: false };
const renewing: Manner = { poll: null, padding: false };

type Wish = { kind: 'probe' } | { kind: 'behind' } | { kind: 'failed'; failure: Failure };

/** Why a stream needs another after it. */
type Reason = Wish | StreamEnd | Silence;

export interface StreamParts {
  clock: Clock;
  opening: Opening;
  vigil: Vigil;
  control: Control;
  choice: TransportChoice;
  feeds: Feeds;
  union: Union;
  session: Session;
  inbox: Inbox;
  status: Status;
  backoff: Backoff;
}

/** Listens by one stream after the other. A new one is there before the old one is closed. */
export class StreamMode implements Mode {
  readonly #parts: StreamParts;
  #live: Stream | null = null;
  #teller: Teller | null = null;
  #wish = new Deferred<Wish>();
  #retiring = false;

  constructor(parts: StreamParts) {
    this.#parts = parts;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { choice, session, status, backoff } = this.#parts;
    const life = child(signal);
    try {
      // What another tab listened with goes on until the stream is there: only that supersedes it.
      let manner = session.inherited ? renewing : opening;
      session.inherited = false;
      this.#retiring = false;
      while (choice.way === 'stream' && !this.#retiring) {
        const stream = await this.#open(manner, life.signal);
        if (stream === null) return;
        this.#live?.close();
        this.#live = stream;
        status.enter('listening', 'iframe');
        backoff.good();
        manner = await this.#serve(stream, life.signal);
      }
    } finally {
      life.abort();
      this.#live = null;
    }
  }

  probe(): void {
    this.#wish.settle({ kind: 'probe' });
  }

  changed(): void {
    this.#teller?.changed();
  }

  viewed(): void {
    this.changed();
  }

  // A new stream begins where we are; it, or the poll beside it, fills the hole.
  behind(): void {
    this.#wish.settle({ kind: 'behind' });
  }

  // The next request of the session ends the stream that there is.
  retire(): boolean {
    this.#retiring = true;
    return this.#teller !== null;
  }

  // Opens a stream, if need be twice; null when there is none to be had here.
  async #open(manner: Manner, signal: AbortSignal): Promise<Stream | null> {
    const { choice, feeds } = this.#parts;
    feeds.chase();
    let opened = await this.#parts.opening.open(manner, signal);
    if (opened.verdict === 'unanswered') opened = await this.#parts.opening.open(padded, signal);
    if (opened.verdict === 'acked') return opened.stream;
    if (opened.verdict === 'unanswered') choice.demote('buffered');
    else if (opened.wait !== null) throw new Failure('retry', 'The server is busy.', opened.wait);
    else if (opened.reached) choice.bad('died-early');
    if (choice.way !== 'stream') return null;
    throw new Failure('retry', 'The stream does not come through.');
  }

  // Resolves with how to open the next stream once one is needed.
  async #serve(stream: Stream, signal: AbortSignal): Promise<Manner> {
    const { control, union, inbox, vigil } = this.#parts;
    const turn = child(signal);
    const watch = child(turn.signal);
    this.#wish = new Deferred();
    const wish = this.#wish.promise;
    this.#teller = new Teller(control, union, inbox, stream, turn.signal, (error) => this.#untold(error));
    this.#teller.changed();
    try {
      const reason = await until(
        Promise.race([wish, stream.ended, vigil.keep(stream, watch.signal)]),
        signal,
      );
      watch.abort();
      this.#judge(stream, reason);
      if (this.#retiring || this.#isCrowded(reason)) return renewing;
      // A wish also ends the time that the server wants us to wait.
      const manner = await until(Promise.race([wish, this.#manner(stream, reason, turn.signal)]), signal);
      return 'kind' in manner ? await this.#manner(stream, manner, turn.signal) : manner;
    } finally {
      turn.abort();
      this.#teller = null;
    }
  }

  #judge(stream: Stream, reason: Reason): void {
    const lasted = stream.heard - stream.opened >= early;
    if (lasted) this.#parts.choice.good();
    if (reason.kind === 'lost' && !lasted) this.#parts.choice.bad('died-early');
    if (reason.kind === 'silent' && reason.blame) this.#parts.choice.bad('silent');
  }

  #isCrowded(reason: Reason): boolean {
    const crowded = reason.kind === 'refresh' && reason.why === 'crowded';
    if (crowded) this.#parts.choice.crowded();
    return crowded;
  }

  async #manner(stream: Stream, reason: Reason, signal: AbortSignal): Promise<Manner> {
    const { clock, backoff } = this.#parts;
    switch (reason.kind) {
      case 'probe':
      case 'silent':
        return probing;
      case 'behind':
        // What is missing in a stream that has just begun is missing for longer.
        await pause(clock, remaining(clock, stream.opened, tooSoon), signal);
        return probing;
      case 'failed':
        throw reason.failure;
      case 'lost':
        throw new Failure('retry', 'The connection was lost.');
      case 'refused':
        throw new Failure('retry', reason.text, reason.in);
      case 'refresh': {
        // Recycled and drained streams come back as told. One that was ended for another, by nothing of ours, or
        // right after it began must not do so in a tight circle.
        const orderly = (reason.why === 'recycle' || reason.why === 'drain') && stream.age >= tooSoon;
        await pause(clock, orderly ? reason.in : backoff.next(reason.in), signal);
        return renewing;
      }
    }
  }

  // The server did not take a change, perhaps because another node was asked: a new stream tells all of it.
  #untold(error: unknown): void {
    const failure = asFailure(error);
    if (failure.remedy === 'retry') this.probe();
    else this.#wish.settle({ kind: 'failed', failure });
  }
}
