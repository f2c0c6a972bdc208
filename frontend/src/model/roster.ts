/** The members of a room by name; in a large room those that were asked for so far. */
import type { ReadonlySignal } from '@preact/signals';
import type { MembershipEvent } from '../api/events';
import type { Member } from '../api/records';
import { type LoadPage, Paged } from './paged';
import type { People } from './people';

/** As many as the server gives at once. */
const PAGE = 200;

export class Roster {
  readonly #list: Paged<Member>;
  readonly #people: People;

  constructor(load: LoadPage<Member>, people: People) {
    this.#list = new Paged(load, (member) => member.id, PAGE);
    this.#people = people;
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
    return this.members.peek()?.some((one) => one.id === user) ?? false;
  }

  /** Loads afresh as many as are there, at least the first page. */
  async refresh(): Promise<void> {
    await this.#list.refresh();
    this.#meet();
  }

  /** Loads the next page. */
  async advance(): Promise<void> {
    await this.#list.advance();
    this.#meet();
  }

  /** A guest knows people by the rooms only. */
  #meet(): void {
    this.#people.meet(this.members.peek() ?? []);
  }

  /** Somebody joined or left. */
  take({ kind, user, actor }: MembershipEvent): void {
    this.#people.meet([user, actor]);
    this.#list.change((members) => {
      const others = members.filter((one) => one.id !== user.id);
      return kind === 'join' ? [...others, { ...user, room_role: 'member' }] : others;
    });
  }

  /** Somebody is known to be different. */
  put(member: Member): void {
    this.#list.change((members) => members.map((one) => (one.id === member.id ? member : one)));
  }

  /** Somebody has another role in the room; the event does not say which. */
  changed(): void {
    if (!this.members.peek()) return;
    this.refresh().catch(() => {
      // The next opening of the room asks again.
    });
  }
}
