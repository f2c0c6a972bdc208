import { count, fields, text, texts } from './parse';

/** The most people a data request may name. */
export const peopleLimit = 200;

/** What is shown, and whether anybody uses it. */
export interface View {
  people: string[];
  /** The room whose members are to be counted. */
  room: string | null;
  idle: boolean;
}

/** The same of one tab, and how near it is to the person. */
export interface TabView extends View {
  visible: boolean;
  /** When the person last turned to it, in milliseconds since 1970; 0 for never. */
  seen: number;
}

/**
 * What tabs show together: of people as many as the server takes, in order, and the room of the tab that is nearest to
 * the person.
 */
export function together(tabs: readonly TabView[]): View {
  const nearest = [...tabs].sort((a, b) => Number(b.visible) - Number(a.visible) || b.seen - a.seen);
  const people = new Set(nearest.flatMap((tab) => tab.people));
  return {
    people: [...people].slice(0, peopleLimit).sort(),
    room: nearest.find(({ room }) => room !== null)?.room ?? null,
    idle: tabs.every(({ idle }) => idle),
  };
}

export function sameScreen(one: View, other: View): boolean {
  const { people } = other;
  if (one.room !== other.room || one.people.length !== people.length) return false;
  return one.people.every((person, i) => person === people[i]);
}

export function sameView(one: View, other: View): boolean {
  return one.idle === other.idle && sameScreen(one, other);
}

/** Reads what another tab says. What it does not say counts as a tab that shows nothing and is in use. */
export function tabView(value: unknown): TabView {
  const from = fields(value);
  return {
    people: texts(from?.people).slice(0, peopleLimit),
    room: text(from?.room),
    idle: from?.idle === true,
    visible: from?.visible === true,
    seen: count(from?.seen) ?? 0,
  };
}
