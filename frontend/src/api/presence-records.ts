/** The records about who is here, and what people say of themselves. */
import { instant, nullable, oneOf, or, type Parser, record, text } from './parse';

/** What others see of somebody. */
export type State = 'online' | 'away' | 'do-not-disturb' | 'offline';

/** What somebody chose to be for others. */
export type Choice = 'automatic' | 'do-not-disturb' | 'invisible';

export interface ChosenPresence {
  readonly choice: Choice;
  /** Milliseconds since 1970; null when it has no end. */
  readonly until: number | null;
}

/** Somebody's own words. One of emoji and text may be empty. */
export interface Status {
  readonly emoji: string;
  readonly text: string;
  /** Milliseconds since 1970, from when it is no longer true; null when it has no end. */
  readonly until: number | null;
}

/** How the person is told of others who come and go. */
export type NoticesChoice = 'show' | 'condense' | 'hide';

/** A newer server may know states that this page does not: whoever is in one of them is here. */
export function stateOf(word: string): State {
  return states.find((one) => one === word) ?? 'online';
}

const states: readonly State[] = ['online', 'away', 'do-not-disturb', 'offline'];

export const state: Parser<State> = (value, at) => stateOf(or(text, 'offline')(value, at));

export const automatic: ChosenPresence = { choice: 'automatic', until: null };

export const chosenPresence = record<ChosenPresence>({
  choice: oneOf<Choice>('automatic', 'do-not-disturb', 'invisible'),
  until: nullable(instant),
});

export const status = record<Status>({ emoji: or(text, ''), text: or(text, ''), until: nullable(instant) });

export const noticesChoice = or<NoticesChoice, NoticesChoice>(
  oneOf<NoticesChoice>('show', 'condense', 'hide'),
  'condense',
);
