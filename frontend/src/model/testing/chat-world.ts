/** A chat for the model's tests: one room, a server and a data channel that do what the test says. */
import { signal } from '@preact/signals';
import { Unreachable } from '../../api/http';
import type { ProfileChange } from '../../api/account';
import type { Me, Message, RoomEntry } from '../../api/records';
import type { CometDelegate, CometState, Cursor } from '../../comet/types';
import { type Api, Chat, type ChatContext } from '../chat';
import { ana, bo, entry, Later, Log, memberOf, message, overview } from './world';

export const listening: CometState = {
  phase: 'listening',
  transport: 'iframe',
  since: 0,
  retryAt: null,
  roundTrip: null,
  lastEventAt: null,
  shared: false,
  node: null,
  detected: null,
};

/** A chat with one room of so many messages, and others if need be, and hands on everything around it. */
export function setUp(
  count = 3,
  change: Partial<RoomEntry> = {},
  others: readonly RoomEntry[] = [],
  mine: Partial<Me> = {},
  around: Partial<ChatContext> = {},
) {
  const me = { ...ana, ...mine };
  const log = new Log().fill(count);
  const sends = new Later<Message>();
  const read: number[] = [];
  const unread: number[] = [];
  const cursors: Record<string, Cursor> = {};
  const aborts: string[] = [];
  const attention = signal(true);
  const first = entry(7, {
    last_number: count,
    read_number: count,
    position: { epoch: 1, seq: count },
    ...change,
  });
  const rooms = [first, ...others];
  /** `more` members than these are further ones that no page holds. */
  const roster = { asked: 0, members: [ana, bo].map((user) => memberOf(user)), more: 0 };
  const sent: string[] = [];
  /** What the API was asked for: the overview, or a room. */
  const asked: ('overview' | number)[] = [];
  const watched = new Set<string>();
  const channel: string[] = [];
  /** What the channel was told of the screen, of use, and of typing. */
  const told = {
    views: [] as { people: readonly string[]; room: string | null }[],
    activity: '',
    typing: [] as string[],
  };
  /** The drafts that the server has, by room and thread, and all that it was given. */
  const drafts = new Map<string, string>();
  const puts: string[] = [];
  /** Whether the server can be reached with drafts. */
  const lines = { down: false };
  const edits: [number: number, body: string][] = [];
  const changes: ProfileChange[] = [];
  const idle = signal(false);
  const api: Api = {
    overview: async () => {
      asked.push('overview');
      return overview(rooms, { me });
    },
    history: async (_room, query) => log.page(query),
    message: async (_room, number) => log.get(number),
    react: async () => [],
    setSaved: async (_room, _number, on) => on,
    markUnread: async (_room, number) => {
      unread.push(number);
      return { number: number - 1, aside: 0, mentions: 0 };
    },
    send: (_room, clientId) => {
      sent.push(clientId);
      return sends.ask();
    },
    markRead: async (_room, number) => {
      read.push(number);
      return { number, aside: 0, mentions: 0 };
    },
    members: async () => {
      roster.asked++;
      const { members: items, more } = roster;
      return { items, next: more > 0 ? 'more' : null, total: items.length + more, here: null };
    },
    createRoom: async () => entry(8),
    openDirect: async () => entry(9),
    joinRoom: async (id) => entry(id),
    leaveRoom: async () => {},
    room: async (id) => {
      const found = rooms.find((one) => one.id === id);
      if (!found) throw new Error(`there is no room ${id}`);
      asked.push(id);
      return found;
    },
    unread: async () => ({ rooms: [], threads_unread: 0 }),
    changeRoomSettings: async (id) => api.room(id),
    putSections: async (sections) => sections.map(({ id, name }, i) => ({ id: id ?? 100 + i, name })),
    decisions: async () => [],
    markTold: async () => {},
    drafts: async () => keptDrafts(drafts),
    putDraft: async ({ room_id, thread, text }) => {
      puts.push(text);
      if (lines.down) throw new Unreachable(new Error('no network'));
      drafts.set(`${room_id}.${thread}`, text);
    },
    editMessage: async (_room, number, body) => {
      edits.push([number, body]);
      return message(number, { author: ana, body });
    },
    changeMe: async (change) => {
      changes.push(change);
      return me;
    },
  };
  let delegate: CometDelegate | undefined;
  const chat = new Chat(overview(rooms, { me }), {
    ...around,
    api,
    attention,
    idle,
    aborted: (reason) => aborts.push(reason),
    makeClient: (options) => {
      delegate = options.delegate;
      Object.assign(cursors, options.cursors);
      for (const topic of options.watch) watched.add(topic);
      return {
        start: () => void channel.push('start'),
        stop: () => void channel.push('stop'),
        leave: () => {},
        subscribe: (topic, cursor) => {
          cursors[topic] = cursor;
        },
        unsubscribe: (topic) => {
          delete cursors[topic];
        },
        watch: (topics) => {
          watched.clear();
          for (const topic of topics) watched.add(topic);
        },
        retryNow: () => void channel.push('retryNow'),
        look: () => void channel.push('look'),
        setTransport: () => {},
        ping: async () => 1,
        view: (people, room) => void told.views.push({ people, room }),
        activity: (state) => {
          told.activity = state;
        },
        typing: (topic) => void told.typing.push(topic),
        state: listening,
      };
    },
  });
  if (!delegate) throw new Error('the chat made no client');
  const feed = delegate;
  const room = chat.rooms.value.get(7);
  if (!room) throw new Error('the chat has no room 7');
  /** Somebody else writes, and the stream brings it. */
  const arrives = (more: Partial<Message> = {}) => {
    const next = log.post(more);
    feed.onData('room:7', next.seq, { kind: 'message', message: wire(next) });
    return next;
  };
  return {
    api,
    chat,
    channel,
    room,
    feed,
    log,
    sends,
    sent,
    read,
    unread,
    cursors,
    aborts,
    attention,
    arrives,
    rooms,
    roster,
    asked,
    watched,
    told,
    changes,
    edits,
    drafts,
    puts,
    lines,
    idle,
  };
}

function keptDrafts(drafts: ReadonlyMap<string, string>) {
  return [...drafts].flatMap(([place, text]) => {
    const [room_id = 0, thread = 0] = place.split('.').map(Number);
    return text === '' ? [] : [{ room_id, thread, text, changed_at: 0 }];
  });
}

/** A message as it travels. */
export function wire(message: Message) {
  const { created_at, edited_at, replies } = message;
  return {
    ...message,
    created_at: time(created_at),
    edited_at: edited_at === null ? null : time(edited_at),
    replies: replies && { ...replies, last_at: time(replies.last_at) },
  };
}

function time(at: number): string {
  return new Date(at).toISOString();
}

/** What the open room shows. */
export const bodies = (chat: Chat) =>
  (chat.openRoom.value?.items.value ?? []).filter((item) => item.kind === 'message').map((item) => item.body);
