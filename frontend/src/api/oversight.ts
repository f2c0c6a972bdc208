/** The routes of reports and of the audit log. */
import { at } from '../base';
import { request } from './http';
import { type PageRequest, page, pageQuery } from './paging';
import {
  dictionary,
  flag,
  instant,
  isObject,
  list,
  nullable,
  oneOf,
  or,
  type Parser,
  record,
  text,
  whole,
} from './parse';
import { type Author, author, type Page, type RoomKind } from './records';

const v1 = '/api/v1';

export type Settlement = 'acted' | 'dismissed';

/** What somebody has told about a message. Times are milliseconds since 1970. */
export interface Report {
  readonly id: number;
  /** The name is empty for direct rooms, and for private ones that I am not in. */
  readonly room: { readonly id: number; readonly kind: RoomKind; readonly name: string };
  /** Of the message; 0 when it is no longer kept. */
  readonly number: number;
  readonly deleted: boolean;
  readonly author: Author;
  readonly body: string;
  /** The message says something else by now. */
  readonly edited: boolean;
  /** What it says by now; empty when I may not know. */
  readonly now: string;
  readonly reporter: Author;
  readonly reason: string;
  readonly created_at: number;
  /** Null while it is open. */
  readonly settlement: Settlement | null;
  readonly settled_at: number | null;
  readonly settled_by: Author | null;
}

/** Some reports, and how many are open of all that I may settle. */
export interface ReportsPage extends Page<Report> {
  readonly open: number;
}

/** What an act changed, by name. */
export type Facts = Readonly<Record<string, unknown>>;

/** Words for what stands in the facts of entries. */
export interface AuditNames {
  readonly people: ReadonlyMap<number, string>;
  /** Only those that I may know. */
  readonly rooms: ReadonlyMap<number, string>;
  /** By what the browser says of itself. */
  readonly browsers: Readonly<Record<string, string>>;
}

/** One act in the audit log. */
export interface AuditEntry {
  readonly id: number;
  readonly at: number;
  readonly origin: 'person' | 'command-line' | 'chatd';
  /** Null unless it was a person. */
  readonly actor: Author | null;
  readonly action: string;
  readonly user: Author | null;
  readonly room: { readonly id: number; readonly name: string | null } | null;
  /** The id of what else it is about; empty for nothing. */
  readonly object: string;
  readonly reason: string;
  readonly before: Facts;
  readonly after: Facts;
  /** More is not told: it was in a private room that I am not in. */
  readonly withheld: boolean;
  readonly names: AuditNames;
}

const settlement = oneOf<Settlement>('acted', 'dismissed');

const report = record<Report>({
  id: whole,
  room: record<Report['room']>({
    id: whole,
    kind: oneOf<RoomKind>('public', 'private', 'direct'),
    name: or(text, ''),
  }),
  number: whole,
  deleted: or(flag, false),
  author,
  body: or(text, ''),
  edited: or(flag, false),
  now: or(text, ''),
  reporter: author,
  reason: or(text, ''),
  created_at: instant,
  settlement: nullable(settlement),
  settled_at: nullable(instant),
  settled_by: nullable(author),
});

const facts: Parser<Facts> = (value) => (isObject(value) ? value : {});

const auditEntry = record<Omit<AuditEntry, 'names'>>({
  id: whole,
  at: instant,
  origin: oneOf('person', 'command-line', 'chatd'),
  actor: nullable(author),
  action: text,
  user: nullable(author),
  room: nullable(record<{ id: number; name: string | null }>({ id: whole, name: nullable(text) })),
  object: or(text, ''),
  reason: or(text, ''),
  before: facts,
  after: facts,
  withheld: or(flag, false),
});

const auditNames = record<{
  readonly people: readonly Author[];
  readonly rooms: readonly { readonly id: number; readonly name: string }[];
  readonly browsers: AuditNames['browsers'];
}>({
  people: or(list(author), []),
  rooms: or(list(record<{ id: number; name: string }>({ id: whole, name: text })), []),
  browsers: or(dictionary(text), {}),
});

const openTotal = record<{ open_total: number }>({ open_total: or(whole, 0) });

/** Those of a room, or with null of all rooms. */
export async function reports(
  wanted: PageRequest,
  { room, open }: { readonly room: number | null; readonly open: boolean },
): Promise<ReportsPage> {
  const filter = { ...(room === null ? {} : { room: String(room) }), ...(open ? { open: 'true' } : {}) };
  const answer = await request('GET', `${v1}/reports${pageQuery(wanted, filter)}`);
  const { open_total } = openTotal(answer, 'reports');
  return { ...page('reports', report)(answer, 'reports'), open: open_total };
}

export async function settleReport(id: number, settlement: Settlement): Promise<Report> {
  return report(await request('PUT', `${v1}/reports/${id}`, { body: { settlement } }), 'report');
}

/** Filters with their names as in the API; what is left out is not asked for. */
export type AuditQuery = Readonly<Record<string, string>>;

export async function audit(query: AuditQuery, wanted: PageRequest): Promise<Page<AuditEntry>> {
  const answer = await request('GET', `${v1}/audit${pageQuery(wanted, query)}`);
  const { items, next } = page('entries', auditEntry)(answer, 'audit');
  const { people, rooms, browsers } = record<{ names: ReturnType<typeof auditNames> }>({ names: auditNames })(
    answer,
    'audit',
  ).names;
  const names: AuditNames = {
    people: new Map(people.map(({ id, display_name }) => [id, display_name])),
    rooms: new Map(rooms.map(({ id, name }) => [id, name])),
    browsers,
  };
  return { items: items.map((entry) => ({ ...entry, names })), next };
}

/** Where the browser finds the log as a file. */
export function auditFile(format: 'csv' | 'json', query: AuditQuery): string {
  return at(`${v1}/audit/export?${new URLSearchParams({ format, ...query })}`);
}
