import { useSignal } from '@preact/signals';
import { revokeInvite } from '../api/admin';
import { invites } from '../api/administration';
import type { AdminInvite } from '../api/administration-records';
import { useChat } from '../chat/context';
import type { Chat } from '../model/chat';
import { isolate, listOf, shortDate, shortTime } from '../model/format';
import { type InviteState, inviteState } from '../model/invites';
import { now } from '../model/now';
import { toast } from '../model/toasts';
import { invitesTexts } from '../texts/admin';
import { administration } from '../texts/administration';
import { Confirm } from '../view/confirm';
import { type Column, Table } from '../view/table';
import { FactList } from './facts';
import { Found, useSearch } from './list';
import { NewInvite } from './new-invite';

const t = administration.invites;

const head: Column<AdminInvite> = {
  key: 'for',
  title: t.for,
  cell: ({ role, created_at }) => (
    <span class="row-names">
      <span class="row-name">{t.roles[role]}</span>
      <span class="hint">{invitesTexts.made(shortTime(created_at))}</span>
    </span>
  ),
};

const columns: readonly Column<AdminInvite>[] = [
  { key: 'state', title: t.state, cell: (invite) => <StateTag invite={invite} /> },
  { key: 'uses', title: t.uses, number: true, cell: ({ uses, max_uses }) => t.used(uses, max_uses) },
  { key: 'expires', title: t.expires, cell: ({ expires_at }) => shortDate(expires_at) },
  { key: 'rooms', title: t.rooms, cell: (invite) => <Rooms invite={invite} /> },
  {
    key: 'by',
    title: t.maker,
    cell: ({ created_by }) => <span dir="auto">{created_by.display_name}</span>,
  },
];

function StateTag({ invite }: { invite: AdminInvite }) {
  const state: InviteState = inviteState(invite, now.value);
  if (state === 'open') return t.states.open;
  return (
    <span class="tag" data-look="off">
      {t.states[state]}
    </span>
  );
}

function Rooms({ invite }: { invite: AdminInvite }) {
  return <span class="row-long">{roomsOf(invite, useChat())}</span>;
}

/** Rooms that I am not in are only counted. */
function roomsOf({ room_ids, role }: AdminInvite, { rooms }: Chat): string {
  if (room_ids.length === 0) return role === 'guest' ? t.noRooms : t.firstRoom;
  const names = room_ids.flatMap((id) => {
    const room = rooms.value.get(id);
    return room ? [isolate(room.name.value)] : [];
  });
  const others = room_ids.length - names.length;
  return listOf(others > 0 ? [...names, invitesTexts.otherRooms(others)] : names);
}

/** The links with which people make their own accounts: a form for new ones, and all there are. */
export function InvitesSection() {
  const chat = useChat();
  const search = useSearch(
    (_, wanted) => invites(wanted),
    (invite) => invite.id,
  );
  const made = useSignal(0);
  const revoke = async (id: number) => {
    await revokeInvite(id);
    search.change((all) => all.map((one) => (one.id === id ? { ...one, revoked: true } : one)));
    toast(invitesTexts.revoked);
  };
  return (
    <>
      <NewInvite
        key={made.value}
        onMade={() => void search.look()}
        onAgain={() => {
          made.value++;
        }}
      />
      <h3 class="settings-title">{t.all}</h3>
      <Found search={search} some={t.some} none={t.none} noMatch={t.none}>
        {(found) => (
          <Table
            label={t.all}
            head={head}
            columns={columns}
            rows={found}
            idOf={(invite) => invite.id}
            openLabel={(invite) => t.open(t.roles[invite.role], shortTime(invite.created_at))}
            detail={(invite) => (
              <div class="room-detail">
                <FactList
                  facts={[
                    [t.rooms, roomsOf(invite, chat)],
                    [t.expires, shortTime(invite.expires_at)],
                  ]}
                />
                {inviteState(invite, now.value) === 'open' ? (
                  <Confirm
                    label={invitesTexts.revoke}
                    question={t.revokeQuestion}
                    testid="revoke"
                    act={() => revoke(invite.id)}
                  />
                ) : (
                  <p class="hint">{t.over[inviteState(invite, now.value)]}</p>
                )}
              </div>
            )}
            testid="invites"
          />
        )}
      </Found>
    </>
  );
}
