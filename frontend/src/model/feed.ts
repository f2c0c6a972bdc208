/** Takes what the data channel brings and puts it where it belongs. */
import { chatEvent } from '../api/events';
import { hint } from '../api/hints';
import type { Overview, Position } from '../api/records';
import type { CometClient } from '../comet/client';
import type {
  CometDelegate,
  CometOptions,
  CometState,
  Cursor,
  Presence,
  PresenceNotice,
} from '../comet/types';
import type { Chat } from './chat';
import { Figures } from './figures';
import { takeHint } from './hints';
import { takeEvent } from './news';
import { presenceKind } from './notices';
import type { Room } from './room';

/** What the chat uses of the comet client. */
export type FeedClient = Pick<
  CometClient,
  | 'start'
  | 'stop'
  | 'leave'
  | 'subscribe'
  | 'unsubscribe'
  | 'watch'
  | 'retryNow'
  | 'look'
  | 'setTransport'
  | 'ping'
  | 'view'
  | 'activity'
  | 'typing'
  | 'state'
>;

export type MakeClient = (
  options: Pick<CometOptions, 'cursors' | 'delegate'> & { watch: readonly string[]; scope: string },
) => FeedClient;

/**
 * The protocol follows 256 topics of all tabs of a browser together, each of which may have used other rooms last. Of
 * the rooms beyond only the moving is told.
 */
const MOST_ROOMS = 120;
/** The most topics that the protocol watches. Figures of rooms beyond come with each overview. */
const MOST_WATCHED = 1_000;
/** Milliseconds before a room is followed yet again that the server ended right after it was followed again. */
const PAUSE = 30_000;

export class Feed implements CometDelegate {
  /** Followed room topics; those used last stand last. */
  readonly #followed = new Set<string>();
  /** Room topics of which only the moving is told; those used last stand last. */
  readonly #watched = new Set<string>();
  readonly #figures: Figures;
  /** What is watched has changed and is told in a moment, together with what changes until then. */
  #telling = false;
  readonly #chat: Chat;
  readonly #makeClient: MakeClient;
  readonly #aborted: (reason: string, text: string) => void;
  #client: FeedClient | null = null;
  /** The workspace's topic is followed. */
  #ofWorkspace = false;
  /** Topics that the server ended and that may be ours still. */
  readonly #ended = new Set<string>();
  /** When topics that the server had ended were followed again, in milliseconds since 1970. */
  readonly #resumed = new Map<string, number>();
  #later: ReturnType<typeof setTimeout> | undefined;

  constructor(chat: Chat, makeClient: MakeClient, aborted: (reason: string, text: string) => void) {
    this.#chat = chat;
    this.#makeClient = makeClient;
    this.#aborted = aborted;
    this.#figures = new Figures((rooms) => chat.loadFigures(rooms));
  }

  get client(): FeedClient {
    if (!this.#client) throw new Error('the feed has not started');
    return this.#client;
  }

  get #userTopic(): string {
    return `user:${this.#chat.me.id}`;
  }

  start(overview: Overview): void {
    const cursors: Record<string, Cursor> = { [this.#userTopic]: cursor(overview.user_position) };
    // Guests hear nothing of the workspace.
    this.#ofWorkspace = this.#chat.may('see-directory');
    if (this.#ofWorkspace) cursors.workspace = cursor(overview.workspace.position);
    const recent = [...overview.rooms].sort((a, b) => (a.last_message_at ?? 0) - (b.last_message_at ?? 0));
    for (const entry of recent.slice(-MOST_ROOMS)) {
      const topic = `room:${entry.id}`;
      this.#followed.add(topic);
      cursors[topic] = cursor(entry.position);
    }
    for (const { id } of recent.slice(0, -MOST_ROOMS)) this.#watched.add(`room:${id}`);
    const scope = String(this.#chat.me.id);
    this.#client = this.#makeClient({ cursors, watch: this.#watchable(), scope, delegate: this });
    this.#client.start();
  }

  #watchable(): string[] {
    return [...this.#watched].slice(-MOST_WATCHED);
  }

  #watchOthers(): void {
    if (this.#telling) return;
    this.#telling = true;
    queueMicrotask(() => {
      this.#telling = false;
      this.client.watch(this.#watchable());
    });
  }

  /** Follows the workspace once I may: a guest has become a member. */
  followWorkspace({ workspace }: Overview): void {
    if (this.#ofWorkspace || !this.#chat.may('see-directory')) return;
    this.#ofWorkspace = true;
    this.#resumed.set('workspace', Date.now());
    this.client.subscribe('workspace', cursor(workspace.position));
  }

  /** The channel brings the events of a room. */
  follows(room: Room): boolean {
    return this.#followed.has(room.topic);
  }

  /** Asks in a moment how much of a room is unread. */
  askFigures(room: Room): void {
    this.#figures.want(room);
  }

  /** Follows a new room from the position that its entry is valid at. */
  subscribe(room: Room, position: Position): void {
    this.#makeSpace();
    this.#followed.add(room.topic);
    this.#ended.delete(room.topic);
    this.client.subscribe(room.topic, cursor(position));
  }

  /** Makes sure that a room which is opened is followed. */
  follow(room: Room): void {
    if (!this.#client) return;
    if (this.#followed.delete(room.topic)) {
      this.#followed.add(room.topic);
      return;
    }
    this.#makeSpace();
    this.#followed.add(room.topic);
    // Meanwhile the room may have gone, or gone and come back as another.
    const wanted = () => this.#followed.has(room.topic) && this.#chat.rooms.peek().get(room.id) === room;
    room.catchUp().then(
      (at) => {
        if (!wanted()) return;
        this.#ended.delete(room.topic);
        this.client.subscribe(room.topic, at);
        this.#unwatch(room);
      },
      () => {
        if (!wanted()) return;
        this.#followed.delete(room.topic);
        if (!this.#ended.has(room.topic)) this.#watch(room.topic);
      },
    );
  }

  /**
   * Follows a room again that the server had ended and that is mine still. It goes on from its history
   * once that has caught up: a message from the topic before would leave a hole.
   */
  resume(room: Room): void {
    if (!this.#ended.has(room.topic) || this.#followed.has(room.topic)) return;
    this.#resumed.set(room.topic, Date.now());
    this.follow(room);
  }

  /** The connection is back: asks again about topics that could not be followed again. */
  wake(): void {
    if (this.#ended.size > 0) this.#ask();
    this.#figures.wake();
  }

  stop(): void {
    clearTimeout(this.#later);
    this.#figures.stop();
  }

  unfollow(room: Room): void {
    this.#ended.delete(room.topic);
    this.#resumed.delete(room.topic);
    this.#figures.drop(room);
    this.#unwatch(room);
    if (this.#followed.delete(room.topic)) this.client.unsubscribe(room.topic);
  }

  /** Of the room that was used longest ago, only the moving is told from now on. */
  #makeSpace(): void {
    if (this.#followed.size < MOST_ROOMS) return;
    const open = `room:${this.#chat.openId.peek()}`;
    const oldest = [...this.#followed].find((topic) => topic !== open);
    if (oldest === undefined) return;
    this.#followed.delete(oldest);
    this.client.unsubscribe(oldest);
    this.#watch(oldest);
  }

  #watch(topic: string): void {
    this.#watched.delete(topic);
    this.#watched.add(topic);
    this.#watchOthers();
  }

  #unwatch(room: Room): void {
    if (this.#watched.delete(room.topic)) this.#watchOthers();
  }

  onData(topic: string, seq: number, payload: unknown): void {
    const room = this.#room(topic);
    const event = chatEvent(payload);
    if (event) takeEvent(this.#chat, room, event, seq);
    room?.passed(seq);
  }

  #room(topic: string): Room | undefined {
    if (!topic.startsWith('room:')) return undefined;
    return this.#chat.rooms.peek().get(Number(topic.slice('room:'.length)));
  }

  async onGap(topic: string): Promise<Cursor> {
    const room = this.#room(topic);
    if (room) return room.catchUp();
    const overview = await this.#chat.refresh();
    if (topic === this.#userTopic) return cursor(overview.user_position);
    if (topic === 'workspace') return cursor(overview.workspace.position);
    // A room that is no longer ours; whatever comes of it finds no place.
    const entry = overview.rooms.find((one) => `room:${one.id}` === topic);
    return entry ? cursor(entry.position) : [0, 0];
  }

  onPresence(presence: Presence): void {
    this.#chat.people.takePresence(presence);
    for (const [room, count] of Object.entries(presence.here)) {
      const roster = this.#chat.rooms.peek().get(Number(room))?.roster;
      roster?.takeHere(count, presence.snapshot);
    }
    for (const notice of presence.notices) this.#presenceNotice(notice);
  }

  #presenceNotice({ user, notice, time }: PresenceNotice): void {
    const kind = presenceKind(notice);
    const id = Number(user);
    if (!kind || id === this.#chat.me.id) return;
    for (const room of this.#chat.rooms.peek().values()) {
      if (room.history.state.peek() === 'ready' && !room.roster.large.peek() && room.has(id)) {
        room.addNotice({ kind, user: id, actor: null, at: time });
      }
    }
  }

  onHint(key: string, payload: unknown): void {
    const told = hint(key, payload);
    if (told) takeHint(this.#chat, told);
  }

  /** Something has happened in rooms that are not followed: the API knows what of it is unread. */
  onUnread(topics: Record<string, Cursor>): void {
    for (const [topic, [epoch, seq]] of Object.entries(topics)) {
      const room = this.#watched.has(topic) ? this.#room(topic) : undefined;
      if (!room) continue;
      const { position } = room;
      if (position.epoch === epoch && position.seq >= seq) continue;
      // There was no place for it when it was opened, or its history could not be had.
      if (room === this.#chat.openRoom.peek()) this.follow(room);
      else this.#figures.want(room);
    }
  }

  /** The server ended a subscription: the overview tells what is still ours. */
  onUnsubscribed(topic: string, why: string): void {
    this.#followed.delete(topic);
    if (topic === 'workspace') this.#ofWorkspace = false;
    if (why === 'limit' && this.#room(topic)) this.#watch(topic);
    // To a guest nothing is said of the workspace, and nothing is amiss.
    if (why === 'limit' || (topic === 'workspace' && !this.#chat.may('see-directory'))) return;
    if (this.#room(topic)) this.#ended.add(topic);
    clearTimeout(this.#later);
    // A server that says mine and denied at once must not be asked in a tight circle.
    if (Date.now() - (this.#resumed.get(topic) ?? -PAUSE) < PAUSE) {
      this.#later = setTimeout(() => this.#ask(), PAUSE);
    } else this.#ask();
  }

  #ask(): void {
    this.#chat.refresh().catch(() => {
      // Signed out is noticed elsewhere; otherwise the connection's return asks again.
    });
  }

  onAbort(reason: string, text: string): void {
    this.#aborted(reason, text);
  }

  onState(state: CometState): void {
    this.#chat.connection.take(state);
  }
}

function cursor({ epoch, seq }: Position): Cursor {
  return [epoch, seq];
}
