/** What is being typed that can be completed: a name, a room, an emoji or a command. */
import { openFence } from './composer-keys';
import { fit } from './fuzzy';

export type CompletionKind = 'person' | 'room' | 'emoji' | 'command';

export interface Query {
  readonly kind: CompletionKind;
  /** What was typed behind the sign. */
  readonly text: string;
  /** Where the sign stands, and where the caret is. */
  readonly from: number;
  readonly to: number;
}

const kinds: Readonly<Record<string, CompletionKind>> = { '@': 'person', '#': 'room', ':': 'emoji' };

/** The query before the caret; null for none. Inside of code nothing is completed. */
export function queryAt(text: string, caret: number): Query | null {
  const before = text.slice(0, caret);
  const command = /^\/([a-z]*)$/i.exec(before);
  if (command) return { kind: 'command', text: command[1] ?? '', from: 0, to: caret };
  const found = /(?:^|[\s([{"'*_~>|/])([@#:])([\p{L}\p{M}\p{N}._+-]*)$/u.exec(before);
  if (!found) return null;
  const [, sign = '', typed = ''] = found;
  const kind = kinds[sign];
  if (!kind || (kind === 'emoji' && !/^[a-z0-9+-][\w+-]+$/i.test(typed))) return null;
  if (openFence(before) || inCode(before)) return null;
  return { kind, text: typed, from: caret - typed.length - 1, to: caret };
}

/** Whether the caret is between backticks of its line. */
function inCode(before: string): boolean {
  const line = before.slice(before.lastIndexOf('\n') + 1);
  return line.split('`').length % 2 === 0;
}

export interface Candidate {
  readonly id: number;
  readonly username: string;
  readonly display_name: string;
}

/** Everybody, or everybody who is here. */
export const everybody = ['room', 'here'] as const;

export type Mentionable<P> =
  | { readonly kind: 'person'; readonly person: P; readonly inside: boolean }
  | { readonly kind: 'everybody'; readonly name: (typeof everybody)[number] };

/** Whom a name can mean: first people of the room, then everybody of it, then the others. */
export function mentionable<P extends Candidate>(
  query: string,
  inside: readonly P[],
  others: readonly P[],
  all: boolean,
  most: number,
): readonly Mentionable<P>[] {
  const person = (within: boolean) => (one: P) => ({ kind: 'person', person: one, inside: within }) as const;
  const near = best(query, inside, personFit).map(person(true));
  const called = all
    ? everybody
        .filter((name) => name.startsWith(query.toLowerCase()))
        .map((name) => ({ kind: 'everybody', name }) as const)
    : [];
  // Somebody who only looks at who is there need not see strangers.
  const far = query === '' ? [] : best(query, others, personFit).map(person(false));
  const space = most - Math.min(called.length, 2);
  return [...near.slice(0, space), ...called, ...far].slice(0, most);
}

function personFit(query: string, { username, display_name }: Candidate): number | null {
  const fits = [fit(query, username), fit(query, display_name)].filter((one) => one !== null);
  return fits.length === 0 ? null : Math.max(...fits);
}

/** Those that fit, the best first; of equal ones in their order. */
export function best<T>(
  query: string,
  all: readonly T[],
  fits: (query: string, one: T) => number | null,
): readonly T[] {
  return all
    .map((one, i) => ({ one, i, fit: fits(query, one) }))
    .filter((each): each is typeof each & { fit: number } => each.fit !== null)
    .sort((a, b) => b.fit - a.fit || a.i - b.i)
    .map(({ one }) => one);
}

/** What takes the query's place, so that one can go on with the next word. */
export function completed(text: string, { to }: Query, word: string): string {
  return /^[\s.,;:!?)\]}]/.test(text.slice(to)) ? word : `${word} `;
}
