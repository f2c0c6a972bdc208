/** What others decided about me, until I have seen it. */
import { type ReadonlySignal, signal } from '@preact/signals';
import type { Decision } from '../api/decisions';

export interface DecisionRoutes {
  decisions(): Promise<readonly Decision[]>;
  markTold(upTo: number): Promise<void>;
}

export class Decisions {
  readonly #waiting = signal<readonly Decision[]>([]);
  readonly #routes: DecisionRoutes;
  /** Answers that a later request has overtaken are dropped. */
  #asked = 0;
  /** Seen here, though the server may not know of it yet. */
  #seen = 0;

  constructor(routes: DecisionRoutes) {
    this.#routes = routes;
  }

  /** The oldest first. */
  get waiting(): ReadonlySignal<readonly Decision[]> {
    return this.#waiting;
  }

  /** Asks for what is new. */
  look(): void {
    const asked = ++this.#asked;
    this.#routes.decisions().then(
      (found) => {
        if (asked === this.#asked) this.#waiting.value = found.filter(({ id }) => id > this.#seen);
      },
      () => {
        // The next overview, or the next decision, asks again.
      },
    );
  }

  /** I have seen those that are shown. */
  seen(): void {
    const last = this.#waiting.peek().at(-1);
    if (!last) return;
    this.#seen = last.id;
    this.#waiting.value = [];
    this.#routes.markTold(last.id).then(
      () => this.look(),
      () => {
        // They are shown once more when the page comes again.
      },
    );
  }
}
