import type { Room } from '../model/room';
import { roomPath } from '../model/route';
import { leaveFor, navigate, route } from '../model/router';
import { texts } from '../texts';
import { IconButton } from '../view/button';
import { Icon } from '../view/icons';
import { Menu, type MenuItem } from '../view/menu';
import { Bell } from './bell';
import { useChat } from './context';
import { memberCount } from './member-count';
import { othersIn, RoomSign, roomTitle } from './room-title';
import { dialog, membersShown, pinsShown, showMembers, showPins } from './ui';

export function RoomHeader({ room }: { room: Room }) {
  const { people } = useChat();
  const title = roomTitle(room, people);
  const about = room.kind === 'direct' ? aboutDirect(room, people) : aboutNamed(room);
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
      <PinsButton room={room} />
      <Bell room={room} />
      <MembersButton room={room} />
      <RoomMenu room={room} />
    </header>
  );
}

function aboutNamed({ state, headline, description }: Room): string {
  const about = headline.value || description.value;
  return [texts.room.states[state.value], about].filter(Boolean).join(' · ');
}

function aboutDirect(room: Room, people: ReturnType<typeof useChat>['people']): string {
  const others = othersIn(room, people);
  const [only] = others;
  if (only === undefined || others.length > 1) return '';
  const other = people.all.value.get(only);
  if (!other) return '';
  const status = people.status(only);
  const more = other.deactivated
    ? texts.room.deactivated
    : status && texts.presence.status(status.emoji, status.text);
  return [`@${other.username}`, more].filter(Boolean).join(' · ');
}

/** Makes space for another panel: the address says that a thread stands there. */
export function closeThread(room: Room): boolean {
  const here = route.peek();
  const open = here.name === 'room' && here.thread !== null;
  if (open) leaveFor(roomPath(room.id));
  return open;
}

/** A thread stands in the place of the panel. */
function threadOpen(): boolean {
  const here = route.value;
  return here.name === 'room' && here.thread !== null;
}

function PinsButton({ room }: { room: Room }) {
  const shown = pinsShown.value && !threadOpen();
  return (
    <button
      type="button"
      class="header-button"
      aria-pressed={shown}
      aria-label={texts.room.showPins}
      title={texts.room.showPins}
      data-testid="pins-button"
      onClick={() => showPins(closeThread(room) || !shown)}
    >
      <Icon name="pin" />
    </button>
  );
}

function MembersButton({ room }: { room: Room }) {
  const number = memberCount(room);
  const shown = membersShown.value && !threadOpen();
  const label = texts.room.showMembers;
  return (
    <button
      type="button"
      class="header-button"
      aria-pressed={shown}
      aria-label={number === '' ? label : `${label}: ${number}`}
      title={label}
      data-testid="members-button"
      onClick={() => showMembers(closeThread(room) || !shown)}
    >
      <Icon name="people" />
      <span>{number}</span>
    </button>
  );
}

/** What I may do with the room; nothing in most direct ones. */
function RoomMenu({ room }: { room: Room }) {
  const chat = useChat();
  const entries = [
    {
      may: ['add-member'],
      label: texts.members.add,
      icon: 'addPerson',
      testid: 'menu-add-people',
      to: 'add-people',
    },
    {
      may: ['steer-room', 'change-room', 'archive-room', 'delete-room'],
      label: texts.room.settings,
      icon: 'sliders',
      testid: 'room-settings',
      to: 'room-settings',
    },
    {
      may: ['restrain-member', 'delete-message'],
      label: texts.room.order,
      icon: 'shield',
      testid: 'room-order',
      to: 'room-order',
    },
    {
      may: ['see-reports'],
      label: texts.room.reports,
      icon: 'alert',
      testid: 'room-reports',
      to: 'reports',
    },
    { may: ['leave-room'], label: texts.room.leave, icon: 'leave', testid: 'leave-room', to: 'leave' },
  ] as const;
  const items: MenuItem[] = entries
    .filter(({ may }) => may.some((action) => chat.mayIn(room, action)))
    .map(({ label, icon, testid, to }) => ({
      label,
      icon,
      testid,
      run: () => {
        dialog.value = { name: to, room };
      },
    }));
  if (items.length === 0) return null;
  return (
    <Menu label={texts.room.more} testid="room-menu" class="icon-button" items={items}>
      <Icon name="more" />
    </Menu>
  );
}
