import { people, suspension } from '../api/administration';
import type { AdminPerson } from '../api/administration-records';
import type { User } from '../api/records';
import { shortDate } from '../model/format';
import { roles } from '../model/moderation';
import { manageTexts, rolesTexts } from '../texts/admin';
import { administration } from '../texts/administration';
import { type Column, Table } from '../view/table';
import { useChat } from '../chat/context';
import { PersonCell } from './person-cell';
import { Ago } from './facts';
import { FilterSelect, Found, SearchField, useSearch } from './list';
import { PersonDetail } from './person';

const t = administration.people;

const head: Column<AdminPerson> = {
  key: 'name',
  title: t.name,
  cell: (person) => <PersonCell user={person} />,
};

const columns: readonly Column<AdminPerson>[] = [
  { key: 'role', title: t.role, cell: ({ role }) => rolesTexts[role] },
  { key: 'state', title: t.state, cell: (person) => <StateTag person={person} /> },
  {
    key: 'seen',
    title: t.lastSeen,
    cell: ({ last_seen_at }) => <Ago at={last_seen_at} never={t.neverSeen} />,
  },
  { key: 'sessions', title: t.sessions, number: true, cell: ({ sessions }) => sessions },
  { key: 'rooms', title: t.rooms, number: true, cell: ({ rooms }) => rooms },
];

function StateTag({ person: { state, suspended_until } }: { person: AdminPerson }) {
  if (state === 'active') return t.states.active;
  return (
    <span class="tag" data-look="off">
      {t.states[state]}
      {suspended_until !== null && ` ${t.until(shortDate(suspended_until))}`}
    </span>
  );
}

/** Somebody whose account is open again may still be suspended from before. */
async function reactivated(user: User, change: (how: Partial<AdminPerson>) => void): Promise<void> {
  const found = await suspension(user.id).catch(() => null);
  change({ ...user, state: found ? 'suspended' : 'active', suspended_until: found?.until ?? null });
}

/** Everybody with an account, and behind each row the person. */
export function PeopleSection() {
  const chat = useChat();
  const search = useSearch(people, (person) => person.id);
  const change = (id: number, how: Partial<AdminPerson>) => {
    search.change((all) => all.map((one) => (one.id === id ? { ...one, ...how } : one)));
  };
  const changed = (user: User) => {
    const before = search.items.peek()?.find((one) => one.id === user.id);
    chat.people.put(user);
    if (user.deactivated) change(user.id, { ...user, state: 'deactivated', sessions: 0 });
    else if (before?.state === 'deactivated') void reactivated(user, (how) => change(user.id, how));
    else change(user.id, user);
  };
  return (
    <>
      <div class="admin-tools">
        <SearchField search={search} label={t.search} testid="people-search" />
        <FilterSelect
          search={search}
          name="role"
          label={t.role}
          options={{ '': t.all, ...Object.fromEntries(roles.map((role) => [role, rolesTexts[role]])) }}
        />
        <FilterSelect search={search} name="state" label={t.state} options={{ '': t.all, ...t.states }} />
        <FilterSelect search={search} name="order" label={t.order} options={t.orders} />
      </div>
      <Found search={search} some={t.some} none={t.none} noMatch={t.noMatch}>
        {(found) => (
          <Table
            label={t.label}
            head={head}
            columns={columns}
            rows={found}
            idOf={(person) => person.id}
            openLabel={(person) => manageTexts.open(person.display_name)}
            detail={(person) => (
              <PersonDetail
                key={person.id}
                person={person}
                onUser={changed}
                onChanged={(how) => change(person.id, how)}
              />
            )}
            testid="people"
          />
        )}
      </Found>
    </>
  );
}
