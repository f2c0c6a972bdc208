/** A small server for the model's tests: rooms with messages, answered as the chat API does. */
import { Problem } from '../../api/http';
import { automatic } from '../../api/presence-records';
import type {
  Abilities,
  HistoryPage,
  Me,
  Member,
  Message,
  Overview,
  RoomEntry,
  User,
} from '../../api/records';
import type { PageQuery } from '../history';
import { memberOf as asMember } from '../roster';

export const bo = person(2, 'Bo');
export const cem = person(3, 'Cem');
export const ana: Me = {
  ...person(1, 'Ana'),
  role: 'owner',
  email: '',
  presence: automatic,
  time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  notices: 'condense',
  send_with: 'enter',
  seen_by: true,
};

function person(id: number, display_name: string): User {
  const username = display_name.toLowerCase();
  return { id, username, display_name, role: 'member', deactivated: false, status: null };
}

/** Somebody as a member of a room, of whose presence nothing was said. */
export function memberOf(user: User, change: Partial<Member> = {}): Member {
  return { ...asMember(user), ...change };
}

export const START = Date.UTC(2026, 0, 5, 12);

export function message(number: number, change: Partial<Message> = {}): Message {
  return {
    id: 1000 + number,
    room_id: 7,
    number,
    seq: number,
    author: bo,
    client_id: `client-${number}`,
    body: `message ${number}`,
    html: null,
    deleted: false,
    created_at: START + number * 1000,
    edited_at: null,
    thread: null,
    thread_index: null,
    reply_to: null,
    mentions: [],
    mentions_all: null,
    aside: 0,
    replies: null,
    reactions: [],
    pinned: false,
    ...change,
  };
}

export function entry(id: number, change: Partial<RoomEntry> = {}): RoomEntry {
  return {
    id,
    kind: 'public',
    name: `room ${id}`,
    topic: '',
    description: '',
    state: 'open',
    slow_mode: 0,
    notices: 'show',
    retention_days: null,
    is_default: false,
    first_number: 1,
    role: 'member',
    position: { epoch: 1, seq: 0 },
    last_number: 0,
    read_number: 0,
    members: [],
    last_message_at: null,
    muted: false,
    muted_until: null,
    last_aside: 0,
    read_aside: 0,
    mentions: 0,
    level: 'everything',
    silenced: false,
    silenced_until: null,
    favourite: false,
    section: 0,
    small: false,
    ...change,
  };
}

/** What an owner may do, as far as the tests ask. */
export const ownersAbilities: Abilities = {
  workspace: [
    'see-directory',
    'create-public-room',
    'open-direct',
    'invite',
    'manage-members',
    'manage-admins',
  ],
  room: {
    'post-message': ['member/public/open', 'owner/public/open', 'owner/public/read-only'],
    'join-room': ['outside/public/open', 'outside/public/read-only'],
    'change-room-roles': ['owner/public/open'],
    'remove-member': ['owner/public/open', 'moderator/public/open'],
    'remove-moderator': ['owner/public/open'],
  },
};

export const guestsAbilities: Abilities = {
  workspace: ['open-direct'],
  room: { 'post-message': ['member/public/open'] },
};

export function overview(rooms: readonly RoomEntry[], change: Partial<Overview> = {}): Overview {
  return {
    me: ana,
    blocked: [],
    abilities: ownersAbilities,
    workspace: { name: 'Workspace', sign_up: 'invite', retention_days: 0, position: { epoch: 1, seq: 0 } },
    user_position: { epoch: 1, seq: 0 },
    rooms,
    users: [ana, bo, cem],
    sections: [],
    drafts: [],
    saved: [],
    threads_unread: 0,
    ...change,
  };
}

/** The messages of one room, and the page that a query gets at this moment. */
export class Log {
  readonly messages: Message[] = [];
  epoch = 1;

  post(change: Partial<Message> = {}): Message {
    const next = message(this.messages.length + 1, change);
    this.messages.push(next);
    return next;
  }

  fill(count: number): this {
    for (let i = 0; i < count; i++) this.post();
    return this;
  }

  get(number: number): Message {
    const found = this.messages[number - 1];
    if (!found) throw new Problem(404, 'There is no such message.', null, {});
    return found;
  }

  page({ before, after, around, limit }: PageQuery): HistoryPage {
    const position = { epoch: this.epoch, seq: this.messages.length };
    const rest = { position, more_after: false, quotes: [] };
    if (around) {
      const first = this.messages.filter((m) => m.number < around).slice(-Math.floor(limit / 2));
      const others = this.messages.filter((m) => m.number >= around);
      const messages = [...first, ...others.slice(0, limit - first.length)];
      const more = (messages[0]?.number ?? 1) > 1;
      return { ...rest, messages, more, more_after: others.length > limit - first.length };
    }
    if (after) {
      const later = this.messages.filter((m) => m.number > after);
      return { ...rest, messages: later.slice(0, limit), more: later.length > limit };
    }
    const earlier = this.messages.filter((m) => !before || m.number < before);
    return { ...rest, messages: earlier.slice(-limit), more: earlier.length > limit };
  }
}

/** Answers that the test gives when it wants to. */
export class Later<T> {
  readonly #waiting: { resolve: (value: T) => void; reject: (error: unknown) => void }[] = [];

  ask = (): Promise<T> =>
    new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });

  get count(): number {
    return this.#waiting.length;
  }

  async answer(value: T): Promise<void> {
    this.#waiting.shift()?.resolve(value);
    await settled();
  }

  async fail(error: unknown): Promise<void> {
    this.#waiting.shift()?.reject(error);
    await settled();
  }
}

/** Lets everything run that waits for nothing but its turn. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

/** Random numbers that are the same in every run (mulberry32). */
export function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below);
  };
}
