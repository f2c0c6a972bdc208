/** The members of a room by name; in a large room those that were asked for so far, and how many there are. */
import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import type { MembershipEvent } from '../api/events';
import type { Member, MembersPage, User } from '../api/records';
import type { MembersRequest } from '../api/routes';
import { Paged } from './paged';
import type { People } from './people';

/** As many as the server gives at once. */
const PAGE = 200;
/** In a room of at most so many, everybody is told of everybody's presence. */
const SMALL = 100;

export type LoadMembers = (wanted: MembersRequest) => Promise<MembersPage>;

/** Which members to list: those who are here, or whose name holds a text. */
export interface Wanted {
  readonly here: boolean;
  readonly search: string;
}

/** Somebody who has just joined, or is in a direct room. */
export function memberOf(user: User): Member {
  return { ...user, room_role: 'member', muted: false, state: null, last_seen_at: null };
}

export class Roster {
  /** How many are here of a large room; null when that is not known. */
  readonly here = signal<number | null>(null);
  /** Counts how often others were here than before, as many as they may be. */
  readonly turns = signal(0);
  /** How many members there are; null when that is not known. */
  readonly total: ReadonlySignal<number | null>;
  /** The presence of its members is told only of those on the screen. */
  readonly large: ReadonlySignal<boolean>;
  readonly #told = signal<number | null>(null);
  readonly #list: Paged<Member>;
  readonly #load: LoadMembers;
  readonly #people: People;
  /** Lists that somebody looks at. */
  readonly #looked = new Set<Paged<Member>>();

  constructor(load: LoadMembers, people: People) {
    this.#load = load;
    this.#people = people;
    this.#list = this.#paged({ here: false, search: '' });
    this.total = computed(() => {
      const members = this.#list.items.value;
      return members && !this.#list.more.value ? members.length : this.#told.value;
    });
    this.large = computed(() => (this.total.value ?? 0) > SMALL);
  }

  /** Null until they were asked for. */
  get members(): ReadonlySignal<readonly Member[] | null> {
    return this.#list.items;
  }

  /** The room has further members. */
  get more(): ReadonlySignal<boolean> {
    return this.#list.more;
  }

  /** Whether somebody is known to be in the room. */
  has(user: number): boolean {
    return this.find(user) !== undefined;
  }

  /** Somebody who is known to be in the room. */
  find(user: number): Member | undefined {
    return this.members.peek()?.find((one) => one.id === user);
  }

  /** A list of some of the members, which `release` ends. */
  look(wanted: Wanted): Paged<Member> {
    const list = this.#paged(wanted);
    this.#looked.add(list);
    return list;
  }

  release(list: Paged<Member>): void {
    this.#looked.delete(list);
  }

  #paged({ here, search }: Wanted): Paged<Member> {
    const load = async (place: MembersRequest) => {
      const asked = this.#people.moment;
      const page = await this.#load({ ...place, ...(here ? { here } : {}), ...(search ? { search } : {}) });
      this.#met(page, asked);
      return page;
    };
    return new Paged(load, (member) => member.id, PAGE);
  }

  #met({ items, total, here }: MembersPage, asked: number): void {
    batch(() => {
      // A guest knows people by the rooms only.
      this.#people.meet(items);
      if (total !== null) this.#told.value = total;
      if (here !== null) this.here.value = here;
      this.#people.meetStates(items, asked);
    });
  }

  /** Loads afresh as many as are there, at least the first page. */
  refresh(): Promise<void> {
    return this.#list.refresh();
  }

  /** Loads everything afresh that somebody looks at. */
  async refreshAll(): Promise<void> {
    await Promise.all([this.#list, ...this.#looked].map((list) => list.refresh()));
  }

  /** The channel tells how many are here; but in a snapshot, it does so because others are. */
  takeHere(here: number, snapshot: boolean): void {
    batch(() => {
      this.here.value = here;
      if (!snapshot) this.turns.value++;
    });
  }

  /** Somebody joined or left. */
  take({ kind, user, actor }: MembershipEvent): void {
    this.#people.meet([user, actor]);
    const joined = memberOf(user);
    const others = (members: readonly Member[]) => members.filter((one) => one.id !== user.id);
    batch(() => {
      const told = this.#told.peek();
      if (told !== null) this.#told.value = told + (kind === 'join' ? 1 : -1);
      this.#list.change((members) => (kind === 'join' ? [...others(members), joined] : others(members)));
      if (kind === 'leave') for (const list of this.#looked) list.change(others);
    });
  }

  /** Somebody is known to be different. */
  put(member: Member): void {
    for (const list of [this.#list, ...this.#looked]) {
      list.change((members) => members.map((one) => (one.id === member.id ? member : one)));
    }
  }

  /** Somebody has another role in the room; the event does not say which. */
  changed(): void {
    for (const list of [this.#list, ...this.#looked]) {
      if (!list.items.peek()) continue;
      list.refresh().catch(() => {
        // The next opening of the room asks again.
      });
    }
  }
}
