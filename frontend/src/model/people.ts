/** Everybody in the workspace, and who is here. */
import { signal } from '@preact/signals';
import type { User } from '../api/records';
import type { Presence } from '../comet/types';

export class People {
  readonly me: User;
  readonly all = signal<ReadonlyMap<number, User>>(new Map());
  /** Presence by user id; people who are not in it are offline. */
  readonly #states = signal<ReadonlyMap<number, string>>(new Map());

  constructor(me: User, users: readonly User[]) {
    this.me = me;
    this.replace(users);
  }

  replace(users: readonly User[]): void {
    this.all.value = new Map([...users, this.me].map((user) => [user.id, user]));
  }

  put(user: User): void {
    this.all.value = new Map(this.all.value).set(user.id, user);
  }

  /** The name to show; an empty one for somebody who is not known (any more). */
  name(id: number): string {
    return this.all.value.get(id)?.display_name ?? '';
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
