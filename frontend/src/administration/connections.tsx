import { connections, endConnection } from '../api/administration';
import type { AdminConnection } from '../api/administration-records';
import { useChat } from '../chat/context';
import { isolate, shortTime } from '../model/format';
import { toast } from '../model/toasts';
import { moderationTexts } from '../texts/moderation';
import { administration } from '../texts/administration';
import { Button } from '../view/button';
import { Confirm } from '../view/confirm';
import { type Column, Table } from '../view/table';
import { PersonCell } from './person-cell';
import { Ago, FactList } from './facts';
import { Found, SearchField, useSearch } from './list';

const t = administration.connections;

const head: Column<AdminConnection> = {
  key: 'name',
  title: t.person,
  cell: ({ user }) => <PersonCell user={user} />,
};

const columns: readonly Column<AdminConnection>[] = [
  {
    key: 'device',
    title: t.device,
    cell: ({ browser, device, idle }) => (
      <span class="row-names">
        <span>{browser || t.devices[device]}</span>
        <span class="hint">{[browser && t.devices[device], idle && t.idle].filter(Boolean).join(' · ')}</span>
      </span>
    ),
  },
  { key: 'transport', title: t.transport, cell: ({ transport }) => transportOf(transport) },
  { key: 'node', title: t.node, cell: ({ node }) => <code title={node}>{node.slice(0, 8)}</code> },
  {
    key: 'lag',
    title: t.lag,
    number: true,
    cell: ({ lag }) => (lag === 0 ? t.noLag : t.events(lag)),
  },
  {
    key: 'trip',
    title: t.roundTrip,
    number: true,
    cell: ({ round_trip_ms }) => (round_trip_ms === null ? t.unknown : t.milliseconds(round_trip_ms)),
  },
  { key: 'since', title: t.since, cell: ({ since }) => <Ago at={since} never="" /> },
];

function transportOf(transport: string): string {
  return t.transports[transport as keyof typeof t.transports] ?? (transport || t.unknown);
}

const idOf = ({ node, id }: AdminConnection) => `${node}/${id}`;

/** Who listens at this moment, from what and how. */
export function ConnectionsSection() {
  const { me } = useChat();
  const search = useSearch(connections, idOf);
  const end = async (one: AdminConnection, reason: string) => {
    await endConnection(one.node, one.id, reason);
    search.change((all) => all.filter((other) => idOf(other) !== idOf(one)));
    toast(t.ended(isolate(one.user.display_name)));
  };
  return (
    <>
      <div class="admin-tools">
        <SearchField search={search} label={t.search} testid="connections-search" />
        <Button data-testid="load-again" busy={search.busy.value} onClick={() => void search.look()}>
          {t.again}
        </Button>
      </div>
      <Found search={search} some={t.some} none={t.none} noMatch={t.noMatch}>
        {(found) => (
          <Table
            label={t.label}
            head={head}
            columns={columns}
            rows={found}
            idOf={idOf}
            openLabel={({ user, browser }) => t.open(user.display_name, browser)}
            detail={(one) => (
              <div class="room-detail">
                <FactList
                  facts={[
                    [t.node, one.node],
                    [t.since, shortTime(one.since)],
                  ]}
                />
                <Confirm
                  label={t.end}
                  question={
                    one.user.id === me.id ? t.endOwnQuestion : t.endQuestion(isolate(one.user.display_name))
                  }
                  danger
                  {...(one.user.id === me.id ? {} : { reasonHint: moderationTexts.reasonHint })}
                  testid="end-connection"
                  act={(reason) => end(one, reason)}
                />
              </div>
            )}
            testid="connections"
          />
        )}
      </Found>
    </>
  );
}
