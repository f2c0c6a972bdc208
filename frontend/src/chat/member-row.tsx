import { changeRoomRole } from '../api/admin';
import type { Member, RoomRole } from '../api/records';
import * as routes from '../api/routes';
import type { Chat } from '../model/chat';
import { isolate } from '../model/format';
import { givableRoomRoles, mayRemove } from '../model/moderation';
import type { Room } from '../model/room';
import { roomPath } from '../model/route';
import { navigate } from '../model/router';
import { toast } from '../model/toasts';
import { texts } from '../texts';
import { Avatar, PresenceDot } from '../view/avatar';
import { sentence } from '../view/form';
import { Icon } from '../view/icons';
import { narrow } from '../view/media';
import { Menu, type MenuItem } from '../view/menu';
import { useChat } from './context';
import { dialog, showMembers } from './ui';

const t = texts.memberMenu;

/** One member: a click writes to them, the menu beside it is for those who look after the room. */
export function MemberRow({ entry, room }: { entry: Member; room: Room }) {
  const chat = useChat();
  const { me, people } = chat;
  const name = people.name(entry.id) || entry.display_name;
  const items = actions(chat, room, entry, isolate(name));
  const about = note(entry, chat);
  const text = (
    <>
      <span class="avatar-with-presence">
        <Avatar id={entry.id} name={name} size="small" />
        {entry.id === me.id ? (
          <span class="presence" data-online="true" />
        ) : (
          <PresenceDot people={people} id={entry.id} />
        )}
      </span>
      <span class="person-names">
        <span class="member-name" dir="auto">
          {name}
        </span>
        {about && <span class="member-note">{about}</span>}
      </span>
    </>
  );
  return (
    <li class="member-line">
      {chat.may('open-direct') ? (
        <button
          type="button"
          class="member"
          title={texts.members.message(name)}
          data-testid="member"
          data-user={entry.id}
          onClick={() => write(chat, entry.id)}
        >
          {text}
        </button>
      ) : (
        <div class="member" data-testid="member" data-user={entry.id}>
          {text}
        </div>
      )}
      {items.length > 0 && (
        <Menu label={t.label(name)} testid="member-menu" class="icon-button" items={items}>
          <Icon name="more" />
        </Menu>
      )}
    </li>
  );
}

function write(chat: Chat, user: number): void {
  if (narrow.peek()) showMembers(false);
  routes.openDirect(user === chat.me.id ? [] : [user]).then(
    (room) => navigate(roomPath(chat.add(room).id)),
    (error: unknown) => toast(sentence(error), { bad: true }),
  );
}

function actions(chat: Chat, room: Room, entry: Member, name: string): readonly MenuItem[] {
  const items: MenuItem[] = givableRoomRoles(chat, room, entry).map((role) => ({
    label: t.make[role],
    icon: role === 'member' ? 'person' : 'shield',
    testid: `make-${role}`,
    run: () => void giveRole(room, entry, role, name),
  }));
  if (mayRemove(chat, room, entry)) {
    items.push({
      label: t.remove,
      icon: 'leave',
      testid: 'remove-member',
      run: () => {
        dialog.value = { name: 'remove-member', room, user: entry };
      },
    });
  }
  return items;
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

/** What somebody is: in the workspace when that is more or less than a member, and in the room. */
function note(entry: Member, { me, people }: Chat): string {
  const words: string[] = [];
  const role = people.all.value.get(entry.id)?.role ?? entry.role;
  if (entry.id === me.id) words.push(texts.sidebar.you);
  if (people.deactivated(entry.id)) words.push(texts.members.deactivated);
  if (role !== 'member') words.push(texts.roles[role]);
  if (entry.room_role !== 'member') words.push(texts.roomRoles[entry.room_role]);
  return words.join(' · ');
}
