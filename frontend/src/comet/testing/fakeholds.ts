import type { FakeConnection } from './fakenode';

// So many long requests of one browser are held.
const most = 2;

interface Hold {
  id: string;
  connection: FakeConnection;
  crowd: () => void;
}

/** The long requests that all nodes together hold for one browser, the oldest first. */
export class FakeHolds {
  #held: Hold[] = [];
  /** How often one had to end because there were too many. */
  crowdings = 0;

  get count(): number {
    return this.#held.length;
  }

  /** Holds one in the place of another of the same session. `crowd` ends it for being one too many. */
  add(id: string, connection: FakeConnection, crowd: () => void): void {
    this.#held = this.#held.filter((hold) => hold.id !== id);
    this.#held.push({ id, connection, crowd });
    if (this.#held.length <= most) return;
    this.crowdings += 1;
    this.#held.shift()?.crowd();
  }

  remove(connection: FakeConnection): void {
    this.#held = this.#held.filter((hold) => hold.connection !== connection);
  }
}
