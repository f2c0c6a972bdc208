import { people, rooms } from '../api/administration';
import { type AuditEntry, audit, auditFile } from '../api/oversight';
import type { Page } from '../api/records';
import { auditQuery, type Change, changesOf, sentenceOf } from '../model/audit';
import { fullTime, isoTime, shortTime } from '../model/format';
import type { Search } from '../model/search';
import { administration } from '../texts/administration';
import { auditTexts } from '../texts/audit';
import { narrow } from '../view/media';
import { Finder } from './finder';
import { FilterSelect, Found, SearchField, useSearch } from './list';

const t = administration.audit;

function named<T>({ items, next }: Page<T>, name: (one: T) => { id: number; name: string }) {
  return { items: items.map(name), next };
}

const findPeople: Parameters<typeof Finder>[0]['load'] = async (filter, wanted) =>
  named(await people(filter, wanted), ({ id, display_name, username }) => ({
    id,
    name: `${display_name} (@${username})`,
  }));

const findRooms: Parameters<typeof Finder>[0]['load'] = async (filter, wanted) =>
  named(await rooms(filter, wanted), ({ id, name }) => ({
    id,
    name: name ?? administration.rooms.private(id),
  }));

/** Who did what, the newest first, and the way to have it as a file. */
export function AuditSection() {
  const search = useSearch<AuditEntry>(
    (filter, wanted) => audit(auditQuery(filter), wanted),
    (entry) => entry.id,
  );
  return (
    <>
      <Filters search={search} />
      <Found search={search} some={t.some} none={t.none} noMatch={t.noMatch}>
        {(found) => (
          <ol class="audit" aria-label={t.label} data-testid="audit">
            {found.map((entry) => (
              <Entry key={entry.id} entry={entry} />
            ))}
          </ol>
        )}
      </Found>
    </>
  );
}

function Filters({ search }: { search: Search<AuditEntry> }) {
  const query = auditQuery(search.filter.value);
  const pick = (name: string) => (id: number | null) =>
    search.choose({ [name]: id === null ? '' : String(id) });
  return (
    <div class="admin-tools audit-tools">
      <SearchField search={search} label={t.search} testid="audit-search" />
      <FilterSelect
        search={search}
        name="action"
        label={t.action}
        options={{ '': t.everything, ...auditTexts.names }}
      />
      <FilterSelect
        search={search}
        name="origin"
        label={t.origin}
        options={{ '': t.everywhere, ...t.origins }}
      />
      <details class="audit-more" open={!narrow.peek()}>
        <summary>{t.more}</summary>
        <div class="admin-tools audit-tools">
          <Finder label={t.actor} load={findPeople} onChoose={pick('actor')} testid="audit-actor" />
          <Finder label={t.user} load={findPeople} onChoose={pick('user')} testid="audit-user" />
          <Finder label={t.room} load={findRooms} onChoose={pick('room')} testid="audit-room" />
          <Day search={search} name="from" label={t.from} />
          <Day search={search} name="to" label={t.to} />
        </div>
      </details>
      <p class="audit-files">
        <span>{t.export}</span>
        <a href={auditFile('csv', query)} download data-testid="audit-csv">
          CSV
        </a>
        <a href={auditFile('json', query)} download data-testid="audit-json">
          JSON
        </a>
      </p>
    </div>
  );
}

function Day({ search, name, label }: { search: Search<AuditEntry>; name: string; label: string }) {
  return (
    <label class="field">
      <span class="label">{label}</span>
      <input
        type="date"
        class="input"
        value={search.filter.value[name] ?? ''}
        data-testid={`audit-${name}`}
        onChange={(event) => search.choose({ [name]: event.currentTarget.value })}
      />
    </label>
  );
}

function Entry({ entry }: { entry: AuditEntry }) {
  const changes = changesOf(entry);
  return (
    <li class="audit-entry" data-testid="audit-entry" data-action={entry.action}>
      <time class="audit-time" dateTime={isoTime(entry.at)} title={fullTime(entry.at)}>
        {shortTime(entry.at)}
      </time>
      <div class="audit-words">
        <p dir="auto">{sentenceOf(entry)}</p>
        {entry.withheld && <p class="hint">{auditTexts.withheld}</p>}
        {entry.reason && (
          <p class="audit-reason" dir="auto">
            {auditTexts.reason(entry.reason)}
          </p>
        )}
        {changes.length > 0 && (
          <dl class="audit-changes" aria-label={auditTexts.changes}>
            {changes.map((change) => (
              <div key={change.name}>
                <dt>{change.name}</dt>
                <dd>
                  <Changed {...change} />
                </dd>
              </div>
            ))}
          </dl>
        )}
      </div>
    </li>
  );
}

function Changed({ before, after, whole }: Change) {
  if (before !== null && after !== null) {
    return (
      <>
        <del>{before}</del> → <ins>{after}</ins>
      </>
    );
  }
  const value = before ?? after;
  if (whole === null || whole === value) return <>{value}</>;
  return (
    <details class="audit-whole">
      <summary>{value}</summary>
      <code>{whole}</code>
    </details>
  );
}
