import { useRef } from 'preact/hooks';
import { changeRoomRole } from '../api/admin';
import type { Member, RoomRole } from '../api/records';
import type { Chat } from '../model/chat';
import { ago, isolate } from '../model/format';
import { givableRoomRoles } from '../model/moderation';
import { now } from '../model/now';
import type { Room } from '../model/room';
import { toast } from '../model/toasts';
import { texts } from '../texts';
import { useDerived } from '../view/derived';
import { sentence } from '../view/form';
import { Icon } from '../view/icons';
import { Menu, type MenuItem } from '../view/menu';
import { useChat } from './context';
import { personItems } from './moderation-items';
import { AvatarWithDot, StatusEmoji } from './presence';
import { showProfile } from './profile-card';

const t = texts.memberMenu;

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
  const items = actions(chat, room, entry, isolate(name));
  const about = useDerived(() => note(entry, chat), [entry, chat]);
  return (
    <li class="member-line" data-entry={entry.id}>
      <button
        ref={row}
        type="button"
        class="member"
        title={texts.profile.open(name)}
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

function actions(chat: Chat, room: Room, entry: Member, name: string): readonly MenuItem[] {
  const items: MenuItem[] = givableRoomRoles(chat, room, entry).map((role) => ({
    label: t.make[role],
    icon: role === 'member' ? 'person' : 'shield',
    testid: `make-${role}`,
    run: () => void giveRole(room, entry, role, name),
  }));
  return [...items, ...personItems(chat, room, entry)];
}

async function giveRole(room: Room, entry: Member, role: RoomRole, name: string): Promise<void> {
  try {
    await changeRoomRole(room.id, entry.id, role);
    room.roster.put({ ...entry, room_role: role });
    toast(t.made(name, texts.roomRoles[role]));
  } catch (error) {
    toast(sentence(error), { bad: true });
  }
}

/** What somebody is: in the workspace when that is more or less than a member, and in the room; and when they were here. */
function note(entry: Member, { me, people }: Chat): string {
  const words: string[] = [];
  const role = people.all.value.get(entry.id)?.role ?? entry.role;
  if (entry.id === me.id) words.push(texts.sidebar.you);
  if (people.deactivated(entry.id)) words.push(texts.members.deactivated);
  if (role !== 'member') words.push(texts.roles[role]);
  if (entry.room_role !== 'member') words.push(texts.roomRoles[entry.room_role]);
  if (entry.muted) words.push(texts.members.muted);
  const seen = people.shown(entry.id) === 'offline' ? people.lastSeen(entry.id) : null;
  if (seen !== null) words.push(texts.presence.lastSeen(ago(seen, now.value)));
  return words.join(' · ');
}
