import { rooms } from '../api/administration';
import type { AdminRoom } from '../api/administration-records';
import { bytes, count } from '../model/format';
import { administration } from '../texts/administration';
import { Icon } from '../view/icons';
import { type Column, Table } from '../view/table';
import { Ago } from './facts';
import { FilterSelect, Found, SearchField, useSearch } from './list';
import { RoomDetail } from './room';

const t = administration.rooms;

const head: Column<AdminRoom> = {
  key: 'name',
  title: t.name,
  cell: (room) => (
    <>
      <Icon name={room.kind === 'private' ? 'lock' : 'hash'} />
      <span class="row-names">
        <span class={room.name === null ? 'row-name quiet' : 'row-name'} dir="auto" title={nameOf(room)}>
          {nameOf(room)}
        </span>
        {room.is_default && <span class="hint">{t.isDefault}</span>}
      </span>
    </>
  ),
};

const columns: readonly Column<AdminRoom>[] = [
  {
    key: 'state',
    title: t.state,
    cell: ({ state }) =>
      state === 'open' ? (
        t.states.open
      ) : (
        <span class="tag" data-look={state === 'archived' || state === 'deleted' ? 'off' : undefined}>
          {t.states[state]}
        </span>
      ),
  },
  { key: 'members', title: t.members, number: true, cell: ({ members }) => count(members) },
  { key: 'messages', title: t.messages, number: true, cell: ({ messages }) => count(messages) },
  { key: 'size', title: t.size, number: true, cell: (room) => bytes(room.bytes) },
  {
    key: 'last',
    title: t.lastMessage,
    cell: ({ last_message_at }) => <Ago at={last_message_at} never={t.never} />,
  },
];

function nameOf({ id, name }: AdminRoom): string {
  return name ?? t.private(id);
}

/** All public and private rooms, and behind each row the room. */
export function RoomsSection() {
  const search = useSearch(rooms, (room) => room.id);
  const change = (id: number, how: Partial<AdminRoom>) => {
    search.change((all) => all.map((one) => (one.id === id ? { ...one, ...how } : one)));
  };
  return (
    <>
      <div class="admin-tools">
        <SearchField search={search} label={t.search} testid="rooms-search" />
        <FilterSelect search={search} name="kind" label={t.kind} options={{ '': t.all, ...t.kinds }} />
        <FilterSelect
          search={search}
          name="state"
          label={t.state}
          options={{ '': t.notDeleted, ...t.states }}
        />
        <FilterSelect search={search} name="order" label={t.order} options={t.orders} />
      </div>
      <Found search={search} some={t.some} none={t.none} noMatch={t.noMatch}>
        {(found) => (
          <Table
            label={t.label}
            head={head}
            columns={columns}
            rows={found}
            idOf={(room) => room.id}
            openLabel={(room) => t.open(nameOf(room))}
            detail={(room) => (
              <RoomDetail
                key={room.id}
                room={room}
                onChanged={(how) => change(room.id, how)}
                onGone={() => search.change((all) => all.filter((one) => one.id !== room.id))}
              />
            )}
            testid="rooms"
          />
        )}
      </Found>
    </>
  );
}
