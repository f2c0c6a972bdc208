/** The timeline as a list of what stands below each other: days, messages, notices, the unread divider. */
import type { NoticesChoice } from '../api/presence-records';
import type { Author, Message, Replies } from '../api/records';
import type { Notice } from './notices';
import type { Outgoing } from './outbox';

export interface Line {
  readonly kind: 'message';
  /** Stays the same from the moment an own message is written. */
  readonly key: string;
  readonly author: Author;
  readonly clientId: string;
  readonly body: string;
  /** The words as the server renders them; null of plain words, and until it has rendered them. */
  readonly html: string | null;
  /** What the server has of it; null of what it has not acknowledged, or the room's topic has not brought. */
  readonly message: Message | null;
  /** Number of the message that it answers. */
  readonly replyTo: number | null;
  readonly at: number;
  readonly number: number | null;
  readonly state: Outgoing['state'];
  readonly problem: string | null;
  /** When it goes out by itself, of one that has to wait. */
  readonly due: number | null;
  /** What there is in its thread. */
  readonly replies: Replies | null;
  /** It begins a group: shown with avatar, name and time. */
  readonly head: boolean;
}

export type Item =
  | Line
  | { readonly kind: 'day'; readonly key: string; readonly at: number }
  | { readonly kind: 'divider'; readonly key: string }
  | { readonly kind: 'notices'; readonly key: string; readonly notices: readonly Notice[] }
  /** Messages of people whom I block. */
  | { readonly kind: 'blocked'; readonly key: string; readonly count: number }
  /** Stands below the root of a thread. */
  | { readonly kind: 'replies'; readonly key: string; readonly count: number }
  /** A message that was deleted, and the thread of which is there still. */
  | { readonly kind: 'gone'; readonly key: string; readonly number: number; readonly replies: Replies | null }
  /** An own message that was deleted and can be brought back. */
  | { readonly kind: 'deleted'; readonly key: string; readonly deletion: number };

export interface Sources {
  readonly messages: readonly Message[];
  /** The window reaches the newest message. */
  readonly complete: boolean;
  readonly outgoing: readonly Outgoing[];
  readonly notices: readonly Notice[];
  /** Each by itself, those that follow each other in one line, or none. */
  readonly manner: NoticesChoice;
  /** The unread divider stands after this number; null for no divider. */
  readonly divider: number | null;
  /** Whose messages are not shown. */
  readonly blocked: ReadonlySet<number>;
  /** The deletions of own messages that can be brought back, by the messages' numbers. */
  readonly ownDeletions: ReadonlyMap<number, number>;
  readonly me: Author;
  /** Of a thread: the number of its root, and how many replies it has. */
  readonly thread?: { readonly root: number; readonly count: number };
}

/** Messages of one author within this time are grouped. */
const GROUP = 5 * 60_000;

export function buildItems(sources: Sources): readonly Item[] {
  const builder = new Builder(sources.me.id, sources.divider, sources.manner);
  const notices = shownNotices(sources);
  let next = 0;
  for (const message of sources.messages) {
    next = builder.noticesUpTo(notices, next, message.number - 1);
    const isRoot = message.number === sources.thread?.root;
    if (message.deleted) builder.deleted(message, sources.ownDeletions.get(message.number), isRoot);
    else if (sources.blocked.has(message.author.id)) builder.blocked(message.number);
    else builder.message(fromMessage(message, isRoot));
    if (isRoot) builder.replies(sources.thread?.count ?? 0);
  }
  builder.noticesUpTo(notices, next, Number.POSITIVE_INFINITY);
  if (sources.complete) {
    for (const entry of stillOutgoing(sources)) builder.message(fromOutgoing(entry, sources.me));
  }
  return builder.items;
}

/** Notices whose neighbouring messages are not loaded would stand in the wrong place. */
function shownNotices({ messages, complete, notices, manner, blocked }: Sources): readonly Notice[] {
  if (manner === 'hide') return [];
  const first = messages[0]?.number ?? 0;
  const last = complete ? Number.POSITIVE_INFINITY : (messages.at(-1)?.number ?? 0) - 1;
  return notices.filter(({ after, user }) => after >= first - 1 && after <= last && !blocked.has(user));
}

/** A page may hold a message before the outbox has heard of it. */
function stillOutgoing({ messages, outgoing, me }: Sources): readonly Outgoing[] {
  if (outgoing.length === 0) return outgoing;
  const shown = new Set(messages.filter((m) => m.author.id === me.id).map((m) => m.client_id));
  return outgoing.filter((entry) => !shown.has(entry.clientId));
}

type Draft = Omit<Line, 'kind' | 'key' | 'head'>;

/** The root of a thread that is open need not say what there is in it. */
function fromMessage(message: Message, isRoot: boolean): Draft {
  return {
    author: message.author,
    clientId: message.client_id,
    body: message.body,
    html: message.html,
    message,
    replyTo: message.reply_to,
    at: message.created_at,
    number: message.number,
    state: 'sent',
    problem: null,
    due: null,
    replies: isRoot ? null : message.replies,
  };
}

function fromOutgoing(entry: Outgoing, me: Author): Draft {
  const { clientId, body, html, at, number, state, problem, due } = entry;
  const replyTo = entry.belonging.reply_to ?? null;
  return {
    author: me,
    clientId,
    body,
    html,
    message: null,
    replyTo,
    at,
    number,
    state,
    problem,
    due,
    replies: null,
  };
}

class Builder {
  readonly items: Item[] = [];
  #day = '';
  #previous: Draft | null = null;
  #divided = false;

  constructor(
    readonly me: number,
    readonly divider: number | null,
    readonly manner: NoticesChoice,
  ) {}

  message(line: Draft): void {
    this.#newDay(line.at);
    if (this.#isFirstNew(line)) {
      this.#divided = true;
      this.#break({ kind: 'divider', key: 'divider' });
    }
    const previous = this.#previous;
    const goesOn = previous?.author.id === line.author.id && Math.abs(line.at - previous.at) <= GROUP;
    // What is quoted above it stands between.
    const head = !goesOn || line.replyTo !== null;
    this.items.push({ kind: 'message', key: `m${line.author.id}:${line.clientId}`, head, ...line });
    this.#previous = line;
  }

  /** One more message that is not shown. */
  blocked(number: number): void {
    const last = this.items.at(-1);
    if (last?.kind === 'blocked') this.items[this.items.length - 1] = { ...last, count: last.count + 1 };
    else this.#break({ kind: 'blocked', key: `b${number}`, count: 1 });
  }

  /** Below the root of a thread. */
  replies(count: number): void {
    this.#break({ kind: 'replies', key: 'replies', count });
  }

  /**
   * A message that was deleted: a line stands for it as long as it can be brought back, and where a thread hangs on it.
   */
  deleted({ number, created_at, replies }: Message, deletion: number | undefined, isRoot: boolean): void {
    const hangs = isRoot || (replies?.count ?? 0) > 0;
    if (deletion === undefined && !hangs) return;
    this.#newDay(created_at);
    if (deletion !== undefined) this.#break({ kind: 'deleted', key: `x${number}`, deletion });
    else this.#break({ kind: 'gone', key: `g${number}`, number, replies: isRoot ? null : replies });
  }

  /** A line of my own is never new to me. */
  #isFirstNew(line: Draft): boolean {
    if (this.divider === null || this.#divided || line.author.id === this.me) return false;
    return (line.number ?? 0) > this.divider;
  }

  /** Adds the notices from index `next` that stand after a message of at most `number`; returns the next index. */
  noticesUpTo(notices: readonly Notice[], next: number, number: number): number {
    let group: Notice[] = [];
    let index = next;
    for (; ; index++) {
      const notice = notices[index];
      if (!notice || notice.after > number) break;
      if (dayOf(notice.at) !== this.#day) {
        this.#noticeGroup(group);
        group = [];
        this.#newDay(notice.at);
      }
      group.push(notice);
    }
    this.#noticeGroup(group);
    return index;
  }

  #noticeGroup(notices: readonly Notice[]): void {
    const lines = this.manner === 'show' ? notices.map((notice) => [notice]) : [notices];
    for (const line of lines) {
      if (line[0]) this.#break({ kind: 'notices', key: `n${line[0].id}`, notices: line });
    }
  }

  #newDay(at: number): void {
    const day = dayOf(at);
    if (day === this.#day) return;
    this.#day = day;
    this.#break({ kind: 'day', key: `d${day}`, at });
  }

  #break(item: Item): void {
    this.items.push(item);
    this.#previous = null;
  }
}

/** The calendar day in the reader's time zone. */
export function dayOf(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}
