import { count } from '../model/format';
import type { Room } from '../model/room';
import { at } from '../base';
import { roomPath } from '../model/route';
import { navigate } from '../model/router';
import { texts } from '../texts';
import { Icon } from '../view/icons';
import { useChat } from './context';
import { StatusEmoji } from './presence';
import { othersIn, RoomSign, roomTitle } from './room-title';

const t = texts.sidebar;

/** A room in the sidebar: bold and counted while something in it is unread. */
export function RoomLink({ room }: { room: Room }) {
  const { openId, people } = useChat();
  const unread = room.unread.value;
  const open = openId.value === room.id;
  const others = room.kind === 'direct' ? othersIn(room, people) : [];
  const draft = !open && room.draft.value.trim() !== '';
  return (
    <li>
      <a
        class="room-link"
        href={at(roomPath(room.id))}
        aria-current={open ? 'page' : undefined}
        data-testid="room-link"
        data-room={room.id}
        data-kind={room.kind}
        data-unread={unread}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
          event.preventDefault();
          navigate(roomPath(room.id));
        }}
      >
        <span class="room-sign">
          <RoomSign room={room} people={people} />
        </span>
        <span class="room-name" dir="auto" title={roomTitle(room, people)}>
          {roomTitle(room, people)}
        </span>
        {others.length === 1 && <StatusEmoji id={others[0] ?? 0} />}
        {room.kind === 'private' && <span class="visually-hidden"> ({t.privateRoom})</span>}
        {draft && (
          <span class="room-draft" role="img" aria-label={t.draft} title={t.draft}>
            <Icon name="pencil" />
          </span>
        )}
        {unread > 0 && (
          <span class="badge" data-testid="unread">
            <span aria-hidden="true">{unread > 999 ? '999+' : count(unread)}</span>
            <span class="visually-hidden">{t.unread(unread)}</span>
          </span>
        )}
      </a>
    </li>
  );
}
