/** A room with a thread for the model's tests: what the server has, answers as the API does, and events that the test brings. */
import { signal } from '@preact/signals';
import { Problem } from '../../api/http';
import type { Message } from '../../api/records';
import type { ThreadPage, ThreadQuery } from '../../api/threads';
import { Thread } from '../thread';
import { setUp, wire } from './chat-world';
import { message } from './world';

/** All messages of a room, those in threads too, and how many events there were. */
export class RoomLog {
  messages: Message[] = [];
  seq = 0;
  epoch = 1;

  post(change: Partial<Message> = {}): Message {
    const { thread = null } = change;
    const before = this.messages.at(-1);
    const next = message(this.messages.length + 1, {
      ...change,
      seq: ++this.seq,
      aside: (before?.aside ?? 0) + (thread === null ? 0 : 1),
      thread_index: thread === null ? null : this.#all(thread).length + 1,
    });
    this.messages.push(next);
    return next;
  }

  change(number: number, change: Partial<Message>): Message {
    this.seq++;
    this.messages = this.messages.map((m) => (m.number === number ? { ...m, ...change } : m));
    return this.get(number);
  }

  /** A message as the server gives it: a root says what there is in its thread. */
  get(number: number): Message {
    const found = this.messages[number - 1];
    if (!found) throw new Problem(404, 'There is no such message.', null, {});
    const replies = this.#all(number).filter((m) => !m.deleted);
    const last = replies.at(-1);
    const authors = [...new Set(replies.map((m) => m.author.id).reverse())];
    return {
      ...found,
      replies: last
        ? { count: replies.length, last_at: last.created_at, last_number: last.number, user_ids: authors }
        : null,
    };
  }

  thread(root: number, { before, after, limit }: ThreadQuery): Omit<ThreadPage, 'following' | 'read_number'> {
    const all = this.#all(root);
    const found = after
      ? all.filter((m) => m.number > after)
      : all.filter((m) => before === undefined || m.number < before);
    return {
      root: this.get(root),
      messages: after ? found.slice(0, limit) : found.slice(-limit),
      quotes: [],
      more: found.length > limit,
      position: { epoch: this.epoch, seq: this.seq },
    };
  }

  #all(root: number): readonly Message[] {
    return this.messages.filter((m) => m.thread === root);
  }
}

/** A chat in whose room 7 a thread is open at message 1. `delay` holds answers about the thread back. */
export function threadWorld(log: RoomLog, mine: { following?: boolean; read_number?: number } = {}) {
  const chat = setUp(0, { last_number: log.messages.length, read_number: log.messages.length });
  const { room, feed } = chat;
  const state = { following: true, read_number: 0, ...mine, fails: false };
  const attention = signal(true);
  const reads: number[] = [];
  let delay = async () => {};
  chat.log.page = ({ before, after, limit }) => {
    const timeline = log.messages.filter((m) => m.thread === null);
    const found = after
      ? timeline.filter((m) => m.number > after)
      : timeline.filter((m) => before === undefined || m.number < before);
    const messages = (after ? found.slice(0, limit) : found.slice(-limit)).map((m) => log.get(m.number));
    const position = { epoch: log.epoch, seq: log.seq };
    return { messages, position, more: found.length > limit, more_after: false, quotes: [] };
  };
  chat.log.get = (number) => log.get(number);
  const context = {
    people: chat.chat.people,
    attention,
    api: {
      thread: async (_room: number, root: number, query: ThreadQuery) => {
        if (state.fails) throw new Problem(500, 'Not now.', null, {});
        const { following, read_number } = state;
        const page = { ...log.thread(root, query), following, read_number };
        await delay();
        return page;
      },
      markThreadRead: async (_room: number, _root: number, number: number) => {
        reads.push(number);
        return number;
      },
      followThread: async (_room: number, _root: number, on: boolean) => {
        if (state.fails) throw new Problem(500, 'Not now.', null, {});
        state.following = on;
        return on;
      },
    },
  };
  const open = (root = 1) => new Thread(room, root, context);
  /** Brings an event to the page. */
  const bring = (seq: number, payload: unknown) => feed.onData('room:7', seq, payload);
  /** Somebody writes, and the stream brings it. */
  const arrives = (change: Partial<Message>) => {
    const next = log.post(change);
    bring(next.seq, { kind: 'message', message: wire(next) });
    return next;
  };
  return {
    ...chat,
    said: log,
    open,
    bring,
    arrives,
    state,
    reads,
    attention,
    hold: (wait: () => Promise<void>) => {
      delay = wait;
    },
  };
}

/** What a thread shows, as numbers of messages; an own one that is not there yet is its text. */
export function shown(thread: Thread): readonly (number | string)[] {
  return thread.items.value.flatMap((item) => {
    if (item.kind === 'message') return [item.number ?? item.body];
    if (item.kind === 'divider') return ['new'];
    if (item.kind === 'gone') return [`gone ${item.number}`];
    return item.kind === 'replies' ? [`replies ${item.count}`] : [];
  });
}
