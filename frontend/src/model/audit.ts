/** What an entry of the audit log says, for people. */
import type { AuditEntry, AuditNames, AuditQuery, Facts } from '../api/oversight';
import { auditTexts as t } from '../texts/audit';
import { count, isolate, shortTime } from './format';
import type { Filter } from './search';

/** One sentence: who did what, to whom, where. */
export function sentenceOf(entry: AuditEntry): string {
  const { action, after } = entry;
  const how = t.acts[action as keyof typeof t.acts];
  const words = {
    by: entry.actor ? isolate(entry.actor.display_name) : t.origins[entry.origin],
    user: entry.user ? isolate(entry.user.display_name) : t.somebody,
    own: entry.actor !== null && entry.actor.id === entry.user?.id,
    room: roomOf(entry),
    n: Number(after.count ?? after.messages ?? entry.before.messages ?? 0),
  };
  return how ? how(words) : t.unknown(words.by, action);
}

function roomOf({ room }: AuditEntry): string {
  if (room === null) return t.noRoom;
  return room.name === null ? t.privateRoom(room.id) : isolate(room.name);
}

export interface Change {
  readonly name: string;
  /** Null when there was, or is, nothing to tell. */
  readonly before: string | null;
  readonly after: string | null;
  /** What the log has word for word, where it says more than the words shown. */
  readonly whole: string | null;
}

/** What changed, each with its value before and after. */
export function changesOf({
  before,
  after,
  names,
}: Pick<AuditEntry, 'before' | 'after' | 'names'>): readonly Change[] {
  const all = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return all
    .filter((name) => !hidden.has(name))
    .map((name) => ({
      name: factName(name),
      before: told(before, name, names),
      after: told(after, name, names),
      whole: name === 'user_agent' ? String(after[name] ?? before[name]) : null,
    }))
    .filter((change) => change.before !== change.after);
}

/** These the sentence says already, or they name nothing that people know. */
const hidden = new Set(['count', 'numbers', 'messages', 'owner']);

function factName(name: string): string {
  return t.facts[name as keyof typeof t.facts] ?? name;
}

function told(facts: Facts, name: string, names: AuditNames): string | null {
  if (!(name in facts)) return null;
  const value = facts[name];
  const special = named[name]?.(value, names) ?? t.values[name]?.(value);
  if (special !== undefined) return special;
  if (value === null || value === '') return t.nothing;
  if (typeof value === 'boolean') return value ? t.yes : t.no;
  if (typeof value === 'number') return count(value);
  if (Array.isArray(value)) return value.length === 0 ? t.nothing : value.map(String).join(', ');
  if (typeof value === 'string') return isTime(value) ? shortTime(Date.parse(value)) : isolate(value);
  return JSON.stringify(value);
}

/** What the log has as a number or in the words of a machine. Undefined where there is no better word. */
const named: Readonly<Record<string, (value: unknown, names: AuditNames) => string | undefined>> = {
  user_agent: (value, { browsers }) => browsers[String(value)],
  invited_by: personName,
  actor: personName,
  user: personName,
  room: roomName,
  room_ids: (value, names) =>
    Array.isArray(value) && value.length > 0 ? value.map((id) => roomName(id, names)).join(', ') : t.noRooms,
};

/** Nothing for 0, which stands for nobody. */
function personName(id: unknown, { people }: AuditNames): string | undefined {
  const name = people.get(Number(id));
  if (name !== undefined) return isolate(name);
  return typeof id === 'number' && id > 0 ? t.numberedPerson(id) : undefined;
}

function roomName(id: unknown, { rooms }: AuditNames): string {
  const name = rooms.get(Number(id));
  return name === undefined ? t.numberedRoom(Number(id)) : isolate(name);
}

function isTime(value: string): boolean {
  return /^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:\d{2})$/.test(value) && !Number.isNaN(Date.parse(value));
}

/** The filters as the API takes them: days of the reader's clock become moments, and the last day counts whole. */
export function auditQuery({ from = '', to = '', ...rest }: Filter): AuditQuery {
  const trimmed = Object.entries(rest).map(([name, value]) => [name, value.trim()] as const);
  return {
    ...Object.fromEntries(trimmed.filter(([, value]) => value !== '')),
    ...(from === '' ? {} : { from: dayStart(from, 0) }),
    ...(to === '' ? {} : { to: dayStart(to, 1) }),
  };
}

function dayStart(day: string, later: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + later).toISOString();
}
