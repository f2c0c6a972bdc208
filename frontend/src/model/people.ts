/** Everybody in the workspace whom I may see, and who is here. */
import { signal } from '@preact/signals';
import type { User } from '../api/records';
import type { Presence } from '../comet/types';

export class People {
  readonly all = signal<ReadonlyMap<number, User>>(new Map());
  readonly #me;
  /** Presence by user id; people who are not in it are offline. */
  readonly #states = signal<ReadonlyMap<number, string>>(new Map());

  constructor(me: User, users: readonly User[]) {
    this.#me = signal(me);
    this.replace(me, users);
  }

  get me(): User {
    return this.#me.value;
  }

  replace(me: User, users: readonly User[]): void {
    this.#me.value = me;
    this.all.value = new Map([...users, me].map((user) => [user.id, user]));
  }

  put(user: User): void {
    if (user.id === this.#me.peek().id) this.#me.value = user;
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

  online(id: number): boolean {
    return (this.#states.value.get(id) ?? 'offline') !== 'offline';
  }

  takePresence({ snapshot, states }: Pick<Presence, 'snapshot' | 'states'>): void {
    const next = snapshot ? new Map<number, string>() : new Map(this.#states.value);
    for (const [user, state] of Object.entries(states)) next.set(Number(user), state);
    this.#states.value = next;
  }
}
