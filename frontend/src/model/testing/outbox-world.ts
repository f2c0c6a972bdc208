/**
 * A browser with tabs that share an outbox, and a server: everything that takes time happens when the world says so, in
 * any order, fails when it says so, and stops where a tab crashes or is frozen.
 */
import { Problem, Unreachable } from '../../api/http';
import type { Message } from '../../api/records';
import { Outbox, type Outgoing, type Unsent } from '../outbox';
import { OutboxSender } from '../outbox-sender';
import type { OutboxStore } from '../outbox-store';
import { ana, message, settled } from './world';

interface Step {
  readonly tab: Tab;
  /** What has the same line happens in order. */
  readonly line: string;
  run(): void;
}

/** What happens to the next request or the next act of the store. */
export type Fate = 'well' | 'fails' | 'lost' | 'later' | 'refused';

export const ROOMS = [1, 2];

export class World {
  readonly tabs: Tab[] = [];
  readonly shelf = new Map<string, Unsent>();
  /** All that were ever kept. */
  readonly everKept = new Set<string>();
  /** What the server has, by room. */
  readonly log = new Map<number, Outgoing[]>(ROOMS.map((room) => [room, []]));
  readonly refused = new Set<string>();
  readonly steps: Step[] = [];
  /** Who has the lock, and who waits. */
  readonly lock: Tab[] = [];
  /** The lock of a tab that has crashed is free; else it stays as it is until another takes it, as a lease does. */
  readonly #freed: boolean;
  request: () => Fate = () => 'well';
  store: () => 'well' | 'fails' = () => 'well';

  constructor({ freed = true } = {}) {
    this.#freed = freed;
  }

  open(): Tab {
    const tab = new Tab(this);
    this.tabs.push(tab);
    return tab;
  }

  get living(): Tab[] {
    return this.tabs.filter(({ dead }) => !dead);
  }

  /** Steps that can happen now: of each line the first. */
  get possible(): Step[] {
    const lines = new Set<string>();
    return this.steps.filter(({ tab, line }) => {
      const first = !lines.has(line);
      if (!tab.dead) lines.add(line);
      return first && !tab.dead && !tab.frozen;
    });
  }

  async happen(step: Step): Promise<void> {
    this.steps.splice(this.steps.indexOf(step), 1);
    step.run();
    await settled();
  }

  crash(tab: Tab): void {
    tab.dead = true;
    if (this.#freed || this.lock[0] !== tab) this.release(tab);
  }

  /** The next who waits for the lock gets it. */
  release(tab: Tab): void {
    const at = this.lock.indexOf(tab);
    if (at >= 0) this.lock.splice(at, 1);
    if (at === 0) this.grant();
  }

  grant(): void {
    const [first] = this.lock;
    if (first) this.steps.push({ tab: first, line: `lock ${first.id}`, run: () => first.granted() });
  }

  answer(entry: Outgoing): Message {
    const log = this.log.get(entry.room) ?? [];
    let at = log.findIndex(({ clientId }) => clientId === entry.clientId);
    if (at < 0) at = log.push(entry) - 1;
    return message(at + 1, { author: ana, client_id: entry.clientId, body: entry.body, room_id: entry.room });
  }
}

let ids = 0;

export class Tab {
  readonly id = ++ids;
  readonly sender: OutboxSender;
  readonly outboxes: ReadonlyMap<number, Outbox>;
  /** What was written here, by room, in order. */
  readonly written = new Map<number, string[]>(ROOMS.map((room) => [room, []]));
  dead = false;
  frozen = false;
  held = false;
  readonly #world: World;
  #hear: (word: unknown) => void = () => {};
  #listener = { won: () => {}, lost: () => {} };

  constructor(world: World) {
    this.#world = world;
    this.sender = new OutboxSender({
      store: this.#store(),
      name: 'outbox',
      watch: () => {},
      channel: (_name, heard, signal) => {
        this.#hear = (word) => signal.aborted || heard(word);
        return (word) => this.#say(word);
      },
      lead: (listener) => {
        this.#listener = { won: () => listener.won(), lost: () => listener.lost('robbed') };
        return this.#lead();
      },
    });
    const shared = this.sender.open().catch(() => null);
    this.outboxes = new Map(
      ROOMS.map((room) => [
        room,
        new Outbox({ room, shared, post: (entry) => this.#post(entry), sent: () => {} }),
      ]),
    );
  }

  write(room: number, body: string): string {
    const outbox = this.outboxes.get(room);
    const before = new Set(outbox?.entries.peek().map(({ clientId }) => clientId));
    outbox?.send(body);
    const clientId = outbox?.entries.peek().find((entry) => !before.has(entry.clientId))?.clientId ?? '';
    this.written.get(room)?.push(clientId);
    return clientId;
  }

  get shown(): Outgoing[] {
    return [...this.outboxes.values()].flatMap((outbox) => outbox.entries.peek());
  }

  granted(): void {
    if (this.#world.lock[0] !== this) return;
    this.held = true;
    this.#listener.won();
  }

  robbed(): void {
    this.held = false;
    this.#listener.lost();
    this.#world.lock.push(this);
    if (this.#world.lock[0] === this) this.#world.grant();
  }

  /** Something happens in this tab, when its time has come. */
  #later<T>(line: string, act: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const run = () => {
        try {
          resolve(act());
        } catch (error) {
          reject(error);
        }
      };
      if (!this.dead) this.#world.steps.push({ tab: this, line: `${line} ${this.id}`, run });
    });
  }

  #lead() {
    const tab = this;
    const world = this.#world;
    return {
      get held() {
        return tab.held;
      },
      start: () => {
        world.lock.push(tab);
        if (world.lock[0] === tab) world.grant();
      },
      stop: () => {
        tab.held = false;
        world.release(tab);
      },
      seize: () => {
        if (tab.dead || tab.held || world.lock[0] === tab || !world.lock.includes(tab)) return;
        const [owner] = world.lock.splice(0, 1);
        world.lock.splice(world.lock.indexOf(tab), 1);
        world.lock.unshift(tab);
        if (owner) world.steps.push({ tab: owner, line: `robbed ${owner.id}`, run: () => owner.robbed() });
        world.grant();
      },
    };
  }

  #say(word: unknown): void {
    if (this.dead) return;
    for (const tab of this.#world.living) {
      if (tab === this) continue;
      const run = () => tab.#hear(structuredClone(word));
      this.#world.steps.push({ tab, line: `from ${this.id} to ${tab.id}`, run });
    }
  }

  #store(): OutboxStore {
    const { shelf, everKept } = this.#world;
    const act = <T>(what: () => T) =>
      this.#later('store', () => {
        if (this.#world.store() === 'fails') throw new Error('the store is broken');
        return what();
      });
    return {
      all: () => act(() => [...shelf.values()].sort((a, b) => a.order - b.order)),
      has: (clientId) => act(() => shelf.has(clientId)),
      put: (entry) =>
        act(() => {
          if (!shelf.has(entry.clientId)) shelf.set(entry.clientId, entry);
          everKept.add(entry.clientId);
        }),
      change: (entry) => act(() => void (shelf.has(entry.clientId) && shelf.set(entry.clientId, entry))),
      remove: (clientId) => act(() => void shelf.delete(clientId)),
    };
  }

  /** The way there and the way back are steps of their own: it may end between them. */
  async #post(entry: Outgoing): Promise<Message> {
    const fate = this.#world.request();
    const stored = await this.#later(`post ${entry.clientId} ${fate}`, () => {
      if (fate === 'fails') throw new Unreachable(new Error('no network'));
      if (fate === 'later') throw new Problem(429, 'Wait.', 3, {});
      if (fate === 'refused' && !this.#has(entry)) {
        this.#world.refused.add(entry.clientId);
        throw new Problem(422, 'No.', null, {});
      }
      return this.#world.answer(entry);
    });
    return this.#later(`answer ${entry.clientId}`, () => {
      if (fate === 'lost') throw new Unreachable(new Error('the answer was lost'));
      return stored;
    });
  }

  #has({ room, clientId }: Outgoing): boolean {
    return this.#world.log.get(room)?.some((one) => one.clientId === clientId) ?? false;
  }
}
