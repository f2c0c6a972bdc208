import { useLayoutEffect, useRef } from 'preact/hooks';
import { at } from '../base';
import { count } from '../model/format';
import type { Room } from '../model/room';
import { roomPath } from '../model/route';
import { navigate } from '../model/router';
import { isShortcut } from '../model/shortcuts';
import { texts } from '../texts';
import { IconButton } from '../view/button';
import { useDerived } from '../view/derived';
import { Icon } from '../view/icons';
import { opensElsewhere } from '../view/link';
import { useChat } from './context';
import { openPopup } from './popup';
import { StatusEmoji } from './presence';
import { othersIn, RoomSign, roomTitle } from './room-title';

const t = texts.sidebar;

/** A room in the sidebar. It is drawn again only when something about it is another. */
export function RoomLink({ room }: { room: Room }) {
  const { openId, people } = useChat();
  const link = useLinkFocus(room.id);
  const open = useDerived(() => openId.value === room.id, [room]);
  // However one came to it.
  useLayoutEffect(() => {
    if (open) link.current?.scrollIntoView({ block: 'nearest' });
  }, [open]);
  const title = useDerived(() => roomTitle(room, people), [room]);
  const { bold, dim } = room.weight.value;
  const others = room.kind === 'direct' ? othersIn(room, people) : [];
  return (
    <li class="room-item">
      <a
        ref={link}
        class="room-link"
        href={at(roomPath(room.id))}
        aria-current={open ? 'page' : undefined}
        data-testid="room-link"
        data-room={room.id}
        data-kind={room.kind}
        data-unread={room.unread.value}
        data-bold={bold}
        data-dim={dim}
        onClick={(event) => {
          if (opensElsewhere(event)) return;
          event.preventDefault();
          navigate(roomPath(room.id));
        }}
        onKeyDown={(event) => {
          if (!isShortcut('room-menu', event)) return;
          event.preventDefault();
          openPopup({ name: 'room', room }, event.currentTarget);
        }}
        onContextMenu={(event) => {
          event.preventDefault();
          event.currentTarget.focus({ preventScroll: true });
          openPopup({ name: 'room', room }, event.currentTarget, event);
        }}
      >
        <span class="room-sign">
          <RoomSign room={room} people={people} />
        </span>
        <span class="room-name" dir="auto" title={title}>
          {title}
        </span>
        {others.length === 1 && <StatusEmoji id={others[0] ?? 0} />}
        {room.kind === 'private' && <span class="visually-hidden"> ({t.privateRoom})</span>}
        {dim && <span class="visually-hidden"> ({t.silenced})</span>}
        {!open && room.writing.hasDraft.value && (
          <span class="room-draft" role="img" aria-label={t.draft} title={t.draft}>
            <Icon name="pencil" />
          </span>
        )}
        <Badge room={room} />
      </a>
      {/* By keyboard a shortcut opens the same; so the way through the list stays short. */}
      <IconButton
        class="room-more"
        icon="more"
        label={t.roomMenu(title)}
        tabIndex={-1}
        data-testid="room-more"
        onPress={(button) => openPopup({ name: 'room', room }, button)}
      />
    </li>
  );
}

/** The room whose link had the focus when it was taken out of its list. */
let moved: number | null = null;

/** The link of a room that comes into another list, as a favourite does, keeps the focus. */
function useLinkFocus(room: number) {
  const link = useRef<HTMLAnchorElement>(null);
  useLayoutEffect(() => {
    const here = link.current;
    if (moved === room && document.activeElement === document.body) here?.focus();
    moved = null;
    return () => {
      if (document.activeElement === here) moved = room;
    };
  }, [room]);
  return link;
}

/** How many messages are meant for me; how many are unread at all is read out. */
function Badge({ room }: { room: Room }) {
  const { badge, bold } = room.weight.value;
  const unread = room.unread.value;
  if (badge === 0) return bold ? <span class="visually-hidden">{t.unread(unread)}</span> : null;
  return (
    <span class="badge" data-testid="unread" data-count={badge}>
      <span aria-hidden="true">{badge > 999 ? '999+' : count(badge)}</span>
      <span class="visually-hidden">
        {room.kind === 'direct' && badge === unread ? t.unread(badge) : t.mentions(badge)}
      </span>
    </span>
  );
}
