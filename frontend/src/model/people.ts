/** Everybody in the workspace whom I may see, and who is here. */
import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import { automatic, type ChosenPresence, type State, type Status, stateOf } from '../api/presence-records';
import type { Me, Member, User } from '../api/records';
import type { Presence } from '../comet/types';
import { holds } from './now';

/** What a dot shows: of others what they let see, of myself what I chose. */
export type ShownState = State | 'invisible';

/** What I change of myself and the server has not confirmed yet. */
export type Wish = Partial<Pick<Me, 'presence' | 'notices' | 'seen_by' | 'send_with'>>;

/** The notices of somebody who went. */
const departures: ReadonlySet<string> = new Set(['signed-out', 'went-offline']);

export class People {
  readonly all = signal<ReadonlyMap<number, User>>(new Map());
  /** Whom I no longer want to see. */
  readonly blocked = signal<ReadonlySet<number>>(new Set());
  /** As the server knows me. */
  readonly #me;
  /** On the way to the server, in the order in which I wanted it. */
  readonly #wishes = signal<readonly Wish[]>([]);
  readonly #shownMe = computed<Me>(() => Object.assign({}, this.#me.value, ...this.#wishes.value));
  /** Presence by user id; people who are not in it are offline. */
  readonly #states = signal<ReadonlyMap<number, State>>(new Map());
  /** When people were here last, as far as it is known here, in milliseconds since 1970. */
  readonly #seen = new Map<number, number>();
  /** How often the channel has told of presence, and at which of these times each person's state. */
  #tellings = 0;
  readonly #told = new Map<number, number>();
  /** A snapshot has come: another one follows on a time of which nothing is known. */
  #snapshot = false;
  /** Of which telling the last such snapshot was, and how many there were. */
  #gap = 0;
  readonly #gaps = signal(0);

  constructor(me: Me, users: readonly User[]) {
    this.#me = signal(me);
    this.replace(me, users);
  }

  get me(): Me {
    return this.#shownMe.value;
  }

  /** Shows me as I want to be until the function returned is called: the server has taken it, or has not. */
  wish(wish: Wish): () => void {
    this.#wishes.value = [...this.#wishes.peek(), wish];
    return () => {
      this.#wishes.value = this.#wishes.peek().filter((one) => one !== wish);
    };
  }

  replace(me: Me, users: readonly User[]): void {
    this.#me.value = me;
    this.all.value = new Map([...users, me].map((user) => [user.id, user]));
  }

  put(user: User | Me): void {
    const me = this.#me.peek();
    if (user.id === me.id) this.#me.value = { ...me, ...user };
    this.all.value = new Map(this.all.value).set(user.id, user);
  }

  /** Learns of people without forgetting what is known: a guest meets them only in the rooms. */
  meet(users: readonly User[]): void {
    const strangers = users.filter((user) => !this.all.peek().has(user.id));
    if (strangers.length === 0) return;
    this.all.value = new Map([...this.all.peek(), ...strangers.map((user) => [user.id, user] as const)]);
  }

  /** The name to show; an empty one for somebody who is not known (any more). */
  name(id: number): string {
    return this.all.value.get(id)?.display_name ?? '';
  }

  deactivated(id: number): boolean {
    return this.all.value.get(id)?.deactivated ?? false;
  }

  /** Somebody's own words, as long as they are true. */
  status(id: number): Status | null {
    const status = this.all.value.get(id)?.status;
    return status && (status.emoji !== '' || status.text !== '') && holds(status.until) ? status : null;
  }

  state(id: number): State {
    return this.#states.value.get(id) ?? 'offline';
  }

  /** What I chose, as long as it holds. */
  get choice(): ChosenPresence {
    const { presence } = this.me;
    return holds(presence.until) ? presence : automatic;
  }

  /** What a dot shows of somebody. Mine is never hollow for what others cannot see: I look at the page. */
  shown(id: number): ShownState {
    if (id !== this.me.id) return this.state(id);
    const { choice } = this.choice;
    if (choice !== 'automatic') return choice;
    return this.state(id) === 'away' ? 'away' : 'online';
  }

  online(id: number): boolean {
    return this.state(id) !== 'offline';
  }

  /** When somebody who is gone was here last; null when that is not known here. */
  lastSeen(id: number): number | null {
    return this.#seen.get(id) ?? null;
  }

  /** Counts the times of which nothing is known: what was asked for before must be asked for again. */
  get gaps(): ReadonlySignal<number> {
    return this.#gaps;
  }

  /** Where presence is now: whoever asks the server how people are tells it with the answer. */
  get moment(): number {
    return this.#tellings;
  }

  takePresence({ snapshot, states, notices }: Pick<Presence, 'snapshot' | 'states' | 'notices'>): void {
    const before = this.#states.peek();
    const next = snapshot ? new Map<number, State>() : new Map(before);
    const telling = ++this.#tellings;
    for (const [user, word] of Object.entries(states)) {
      next.set(Number(user), stateOf(word));
      this.#told.set(Number(user), telling);
    }
    const gap = snapshot && this.#snapshot;
    this.#snapshot ||= snapshot;
    if (gap) {
      this.#seen.clear();
      this.#gap = telling;
    }
    // What is told now may have happened long ago: only a notice says when somebody went.
    for (const [id, state] of before) {
      if (state !== 'offline' && (next.get(id) ?? 'offline') === 'offline') this.#seen.delete(id);
    }
    for (const { user, notice, time } of notices) {
      const id = Number(user);
      if (departures.has(notice) && (next.get(id) ?? 'offline') === 'offline') {
        this.#seen.set(id, Math.max(this.#seen.get(id) ?? 0, time));
      }
    }
    batch(() => {
      this.#states.value = next;
      if (gap) this.#gaps.value++;
    });
  }

  /**
   * Learns how people are from an answer that was asked for at a moment. The server has looked after that, so it knows
   * better than all that had been told until then. What was told since may be newer; and of whoever was told of, more
   * follows.
   */
  meetStates(members: readonly Pick<Member, 'id' | 'state' | 'last_seen_at'>[], asked: number): void {
    if (asked < this.#gap) return;
    const states = new Map(this.#states.peek());
    for (const { id, state, last_seen_at } of members) {
      if (state === null || (this.#told.get(id) ?? 0) > asked) continue;
      states.set(id, state);
      if (last_seen_at === null) this.#seen.delete(id);
      else this.#seen.set(id, last_seen_at);
    }
    this.#states.value = states;
  }
}
