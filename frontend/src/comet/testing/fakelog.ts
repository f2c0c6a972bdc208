import type { Cursor } from '../types';
import { FakeHolds } from './fakeholds';

interface Topic {
  epoch: number;
  payloads: unknown[];
}

/** The truth: what every node of the fake server reads, and what every client must show. */
export class FakeLog {
  readonly #topics = new Map<string, Topic>();
  readonly #followers = new Set<() => void>();
  readonly denied = new Set<string>();
  readonly holds = new FakeHolds();
  /** Who came and went, in order; a revision is a length of this. */
  readonly notices: { user: string; notice: string; time: number }[] = [];
  /** How many are here of a room. */
  readonly here = new Map<string, number>();

  /** Stores an event. `undefined` is one that nobody may see any more. */
  publish(topic: string, payload: unknown): void {
    this.topic(topic).payloads.push(payload);
    this.tell();
  }

  notice(user: string, notice: string, time: number): void {
    this.notices.push({ user, notice, time });
    this.tell();
  }

  count(room: string, here: number): void {
    this.here.set(room, here);
    this.tell();
  }

  /**
   * The topic was restored from a copy: some of the newest events are gone, and numbers begin to mean
   * something else.
   */
  restore(topic: string, lost: number): void {
    const at = this.topic(topic);
    at.epoch += 1;
    at.payloads.splice(Math.max(0, at.payloads.length - lost));
    this.tell();
  }

  topic(name: string): Topic {
    const topic = this.#topics.get(name) ?? { epoch: 1, payloads: [] };
    this.#topics.set(name, topic);
    return topic;
  }

  /** What the chat API would give: everything so far and where that is. */
  snapshot(name: string): { content: unknown[]; cursor: Cursor } {
    const { epoch, payloads } = this.topic(name);
    return { content: payloads.filter((payload) => payload !== undefined), cursor: [epoch, payloads.length] };
  }

  follow(follower: () => void): void {
    this.#followers.add(follower);
  }

  tell(): void {
    for (const follower of this.#followers) follower();
  }
}
