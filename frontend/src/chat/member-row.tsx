import { useRef } from 'preact/hooks';
import type { Member } from '../api/records';
import type { Chat } from '../model/chat';
import { ago } from '../model/format';
import { now } from '../model/now';
import type { Room } from '../model/room';
import { texts } from '../texts';
import { memberMenuTexts, rolesTexts, roomRolesTexts } from '../texts/admin';
import { profileTexts } from '../texts/profile';
import { useDerived } from '../view/derived';
import { Icon } from '../view/icons';
import { Menu } from '../view/menu';
import { useChat } from './context';
import { memberItems } from './moderation-items';
import { AvatarWithDot, StatusEmoji } from './presence';
import { showProfile } from './ui';

const t = memberMenuTexts;

/** One member: a click shows who they are, the menu beside it is for those who look after the room. */
export function MemberRow({
  entry,
  room,
  onMenu,
}: {
  entry: Member;
  room: Room;
  onMenu?: (open: boolean) => void;
}) {
  const chat = useChat();
  const { people } = chat;
  const row = useRef<HTMLButtonElement>(null);
  const name = people.name(entry.id) || entry.display_name;
  const items = memberItems(chat, room, entry);
  const about = useDerived(() => note(entry, chat), [entry, chat]);
  return (
    <li class="member-line" data-entry={entry.id}>
      <button
        ref={row}
        type="button"
        class="member"
        title={profileTexts.open(name)}
        data-testid="member"
        data-user={entry.id}
        onClick={() => row.current && showProfile(entry, row.current)}
      >
        <AvatarWithDot id={entry.id} name={name} size="small" />
        <span class="person-names">
          <span class="name-line">
            <span class="member-name" dir="auto">
              {name}
            </span>
            <StatusEmoji id={entry.id} />
          </span>
          {about && <span class="member-note">{about}</span>}
        </span>
      </button>
      {items.length > 0 && (
        <Menu
          label={t.label(name)}
          testid="member-menu"
          class="icon-button"
          items={items}
          {...(onMenu ? { onOpen: onMenu } : {})}
        >
          <Icon name="more" />
        </Menu>
      )}
    </li>
  );
}

/** What somebody is: in the workspace when that is more or less than a member, and in the room; and when they were here. */
function note(entry: Member, { me, people }: Chat): string {
  const words: string[] = [];
  const role = people.all.value.get(entry.id)?.role ?? entry.role;
  if (entry.id === me.id) words.push(texts.sidebar.you);
  if (people.deactivated(entry.id)) words.push(texts.members.deactivated);
  if (role !== 'member') words.push(rolesTexts[role]);
  if (entry.room_role !== 'member') words.push(roomRolesTexts[entry.room_role]);
  if (entry.muted) words.push(texts.members.muted);
  const seen = people.shown(entry.id) === 'offline' ? people.lastSeen(entry.id) : null;
  if (seen !== null) words.push(texts.presence.lastSeen(ago(seen, now.value)));
  return words.join(' · ');
}
