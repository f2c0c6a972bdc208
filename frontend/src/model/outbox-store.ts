/** What is kept of the outbox between pages: one database of the browser for each person and each chatd. */
import { isObject } from '../api/parse';
import type { Belonging } from '../api/routes';
import { base } from '../base';
import type { Unsent } from './outbox';

export interface OutboxStore {
  all(): Promise<readonly Unsent[]>;
  has(clientId: string): Promise<boolean>;
  /** Adds one; one that is there already stays as it is. */
  put(entry: Unsent): Promise<void>;
  /** Changes one that is still there. */
  change(entry: Unsent): Promise<void>;
  remove(clientId: string): Promise<void>;
}

const TABLE = 'unsent';

/** The store in IndexedDB. What it does fails where the browser has none, or no space. */
export class BrowserStore implements OutboxStore {
  readonly #name: string;
  #opened: Promise<IDBDatabase> | null = null;

  constructor(user: number) {
    this.#name = outboxName(user);
  }

  async all(): Promise<readonly Unsent[]> {
    const found: unknown[] = await this.#do('readonly', (table) => table.getAll());
    return found
      .map(unsent)
      .filter((entry) => entry !== null)
      .sort((a, b) => a.order - b.order);
  }

  async has(clientId: string): Promise<boolean> {
    return (await this.#do('readonly', (table) => table.count(clientId))) > 0;
  }

  async put(entry: Unsent): Promise<void> {
    await this.#write(entry, false);
  }

  async change(entry: Unsent): Promise<void> {
    await this.#write(entry, true);
  }

  /** Writes one if there is one already, or only if there is none. */
  async #write(entry: Unsent, there: boolean): Promise<void> {
    await this.#do('readwrite', (table) => {
      const found = table.count(entry.clientId);
      found.onsuccess = () => found.result > 0 === there && table.put(entry);
      return found;
    });
  }

  async remove(clientId: string): Promise<void> {
    await this.#do('readwrite', (table) => table.delete(clientId));
  }

  /** Resolves with the result of the request once the transaction is complete. */
  async #do<T>(mode: IDBTransactionMode, ask: (table: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    this.#opened ??= this.#open();
    const db = await this.#opened;
    return new Promise((resolve, reject) => {
      const transaction = db.transaction(TABLE, mode);
      const request = ask(transaction.objectStore(TABLE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  }

  #open(): Promise<IDBDatabase> {
    const again = () => {
      this.#opened = null;
    };
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(this.#name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(TABLE, { keyPath: 'clientId' });
      request.onsuccess = () => {
        const db = request.result;
        // The browser may take it away, as when somebody clears what sites have kept.
        db.onclose = again;
        db.onversionchange = () => {
          again();
          db.close();
        };
        resolve(db);
      };
      request.onerror = () => {
        again();
        reject(request.error);
      };
    });
  }
}

/** Under this name the tabs of one person share it; another chatd of the same origin has another path. */
export function outboxName(user: number): string {
  return `chatd${base}.outbox.${user}`;
}

/** One that was kept, or another tab has told of; null for what another version may have written. */
export function unsent(value: unknown): Unsent | null {
  if (!isObject(value)) return null;
  const { clientId, room, body, at, order, state, problem, barred, due } = value;
  if (typeof clientId !== 'string' || typeof body !== 'string') return null;
  if (typeof room !== 'number' || typeof at !== 'number' || typeof order !== 'number') return null;
  return {
    clientId,
    room,
    body,
    belonging: belongingOf(value.belonging),
    at,
    order,
    state: state === 'failed' ? 'failed' : 'sending',
    problem: typeof problem === 'string' ? problem : null,
    barred: barred === true,
    due: numberOr(due),
  };
}

function belongingOf(value: unknown): Belonging {
  if (!isObject(value)) return {};
  const { thread, reply_to } = value;
  return {
    ...(typeof thread === 'number' && { thread }),
    ...(typeof reply_to === 'number' && { reply_to }),
  };
}

function numberOr(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
