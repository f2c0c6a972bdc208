import { count } from '../model/format';
import type { Room } from '../model/room';
import { navigate } from '../model/router';
import { texts } from '../texts';
import { IconButton } from '../view/button';
import { Icon } from '../view/icons';
import { Menu, type MenuItem } from '../view/menu';
import { useChat } from './context';
import { othersIn, RoomSign, roomTitle } from './room-title';
import { dialog, membersShown, showMembers } from './ui';

export function RoomHeader({ room }: { room: Room }) {
  const { people } = useChat();
  const title = roomTitle(room, people);
  const about = room.kind === 'direct' ? aboutDirect(room, people) : room.description.value;
  return (
    <header class="room-header" data-testid="room-header">
      <IconButton
        class="room-back"
        icon="back"
        label={texts.sidebar.back}
        data-testid="back"
        onClick={() => navigate('/')}
      />
      <span class="room-sign">
        <RoomSign room={room} people={people} />
      </span>
      <div class="room-titles">
        <h2 class="room-title" dir="auto" title={title} data-testid="room-title">
          {title}
        </h2>
        {about && (
          <p class="room-about" title={about}>
            <span dir="auto">{about}</span>
          </p>
        )}
      </div>
      <MembersButton room={room} />
      <RoomMenu room={room} />
    </header>
  );
}

function aboutDirect(room: Room, people: ReturnType<typeof useChat>['people']): string {
  const others = othersIn(room, people);
  const [only] = others;
  if (only === undefined || others.length > 1) return '';
  const username = people.all.value.get(only)?.username;
  return username ? `@${username}` : '';
}

function MembersButton({ room }: { room: Room }) {
  const number = room.kind === 'direct' ? room.directIds.length : room.members.value?.length;
  return (
    <button
      type="button"
      class="header-button"
      aria-pressed={membersShown.value}
      aria-label={number === undefined ? texts.room.showMembers : texts.room.members(number)}
      title={texts.room.showMembers}
      data-testid="members-button"
      onClick={() => showMembers(!membersShown.value)}
    >
      <Icon name="people" />
      <span>{number === undefined ? '' : count(number)}</span>
    </button>
  );
}

function RoomMenu({ room }: { room: Room }) {
  if (room.kind === 'direct') return null;
  const items: MenuItem[] = [
    {
      label: texts.room.leave,
      icon: 'leave',
      testid: 'leave-room',
      run: () => {
        dialog.value = { name: 'leave', room };
      },
    },
  ];
  if (room.kind === 'private') {
    items.unshift({
      label: texts.members.add,
      icon: 'addPerson',
      testid: 'menu-add-people',
      run: () => {
        dialog.value = { name: 'add-people', room };
      },
    });
  }
  return (
    <Menu label={texts.room.more} testid="room-menu" class="icon-button" items={items}>
      <Icon name="more" />
    </Menu>
  );
}
