/** What somebody has begun to write in a room, kept in this browser. Its tabs share the place where it is kept. */
import { signal } from '@preact/signals';
import { store, stored } from './storage';

export class Draft {
  readonly text = signal('');
  readonly #key: string;
  /** What this tab has found or put there; null for nothing. */
  #known: string | null;
  /** What was here before anything was written in this tab. */
  #begun: string;
  /** It was written in this tab. */
  #written = false;

  /** `thread` is the number of a thread's root, 0 for the room itself. */
  constructor(user: number, room: number, thread = 0) {
    this.#key = `draft.${draftKey(user, room, thread)}`;
    this.#known = stored(this.#key);
    this.#begun = this.#known ?? '';
    this.text.value = this.#begun;
  }

  /** Erasing it here leaves what another tab has kept. */
  set(text: string): void {
    this.text.value = text;
    this.#written = true;
    if (text === '' && stored(this.#key) !== this.#known) return;
    this.#known = text === '' ? null : text;
    store(this.#key, this.#known);
  }

  /** The server has another text by now. What another tab has kept since stays there. */
  take(text: string): void {
    const found = stored(this.#key);
    this.text.value = text;
    this.#begun = text;
    this.#written = false;
    if (found === this.#known) store(this.#key, text === '' ? null : text);
    else if ((found ?? '') !== text) return;
    this.#known = text === '' ? null : text;
  }

  /**
   * Keeps it for somebody who cannot go on with it here: another tab may have kept its own in its place,
   * which then stands before it. What was only found here, and was sent or erased in another tab, is gone.
   * `unsent` are messages that stand before all that.
   */
  keep(unsent: readonly string[] = []): void {
    const found = stored(this.#key);
    if (!this.#written) {
      this.#known = found;
      this.#begun = found ?? '';
      this.text.value = this.#begun;
    }
    const mine = [...unsent, this.text.peek()].filter((part) => part !== '').join(GAP);
    if (mine === '') return;
    // Another tab that put back what both had begun with has nothing of its own.
    const theirs = found === this.#begun ? '' : (found ?? '');
    if (unsent.length > 0) this.set(together(found ?? '', mine));
    else this.set(this.#written ? together(theirs, mine) : mine);
  }

  /** It is of no use any more. */
  discard(): void {
    this.#known = stored(this.#key);
    this.set('');
  }
}

/** Names one place of somebody's writing in storage. */
export function draftKey(user: number, room: number, thread: number): string {
  return thread === 0 ? `${user}.${room}` : `${user}.${room}.${thread}`;
}

/** Puts messages that cannot be sent in front of what was being written in their rooms. */
export function keepUnsent(
  user: number,
  unsent: readonly { readonly room: number; readonly body: string }[],
): void {
  for (const room of new Set(unsent.map((entry) => entry.room))) {
    const bodies = unsent.filter((entry) => entry.room === room).map(({ body }) => body);
    new Draft(user, room).keep(bodies);
  }
}

const GAP = '\n\n';

/** Both texts, or the one that has the other among its paragraphs. */
function together(one: string, other: string): string {
  if (has(one, other)) return one;
  return has(other, one) ? other : `${one}${GAP}${other}`;
}

function has(text: string, part: string): boolean {
  return part === '' || `${GAP}${text}${GAP}`.includes(`${GAP}${part}${GAP}`);
}
