import type { Invite } from '../../api/records';
import type { Chat } from '../../model/chat';
import { isolate, listOf, shortDate, shortTime } from '../../model/format';
import type { Paged } from '../../model/paged';
import { invitesTexts } from '../../texts/admin';
import { Button } from '../../view/button';
import { LoadFailed, type Loading, MoreButton } from '../../view/loading';
import { useChat } from '../context';

const t = invitesTexts;

/** The invites that still work. */
export function OpenInvites({
  invites,
  loading,
  onRevoke,
}: {
  invites: Paged<Invite>;
  loading: Loading;
  onRevoke: (id: number) => void;
}) {
  const now = Date.now();
  const open = invites.items.value?.filter((one) => !one.revoked && one.expires_at > now);
  return (
    <section>
      <h3 class="label">{t.active}</h3>
      <LoadFailed loading={loading} text={t.failed} />
      {open?.length === 0 && !invites.more.value && <p class="hint">{t.none}</p>}
      <ul class="item-list">
        {open?.map((one) => (
          <InviteRow key={one.id} invite={one} onRevoke={() => onRevoke(one.id)} />
        ))}
      </ul>
      <MoreButton more={invites.more} load={() => invites.advance()} testid="more-invites" />
    </section>
  );
}

function InviteRow({ invite, onRevoke }: { invite: Invite; onRevoke: () => void }) {
  const chat = useChat();
  const made = t.made(shortTime(invite.created_at));
  return (
    <li class="item" data-testid="invite" data-invite={invite.id} data-role={invite.role}>
      <div class="item-text">
        <p class="item-name">{invite.role === 'guest' ? t.forGuest(roomNames(invite, chat)) : t.forMember}</p>
        <p class="hint">
          {made} · {t.until(shortDate(invite.expires_at))} · {t.uses(invite.uses)}
        </p>
      </div>
      <Button aria-label={`${t.revoke}: ${made}`} data-testid="revoke-invite" onClick={onRevoke}>
        {t.revoke}
      </Button>
    </li>
  );
}

/** Rooms that I am not in are only counted. */
function roomNames({ room_ids }: Invite, { rooms }: Chat): string {
  const names = room_ids.flatMap((id) => {
    const room = rooms.value.get(id);
    return room ? [isolate(room.name.value)] : [];
  });
  const others = room_ids.length - names.length;
  return listOf(others > 0 ? [...names, t.otherRooms(others)] : names);
}
