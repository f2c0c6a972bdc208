import { useComputed } from '@preact/signals';
import { useEffect, useId } from 'preact/hooks';
import { count } from '../model/format';
import { isApple } from '../model/shortcuts';
import { texts } from '../texts';
import { Button, IconButton } from '../view/button';
import { useDerived } from '../view/derived';
import { Icon } from '../view/icons';
import { Logo } from '../view/logo';
import { useChat } from './context';
import { GatheringLink } from './gathering-link';
import { type Group, groupsOf, isClosed, keepClosed, shownIn, toggle } from './groups';
import { openPopup } from './popup';
import { Popups } from './popups';
import { RoomLink } from './room-link';
import { dialog } from './ui';
import { UserBar } from './user-bar';

const t = texts.sidebar;

/** So many rooms are seen at a glance; with more, sections help. */
const GLANCE = 8;

export function Sidebar() {
  const chat = useChat();
  const groups = useComputed(() => groupsOf(chat));
  useEffect(() => keepClosed(chat.me.id), [chat]);
  const many = useDerived(() => chat.rooms.value.size > GLANCE, [chat]);
  return (
    <nav class="sidebar" aria-label={t.label} data-testid="sidebar">
      <header class="sidebar-header">
        <Logo />
        <h1 dir="auto" title={chat.workspace.value.name}>
          {chat.workspace.value.name}
        </h1>
      </header>
      <div class="sidebar-scroll">
        <div class="sidebar-top">
          <FindButton />
          <UnreadLink />
          <ThreadsLink />
          <GatheringLink to="saved" icon="bookmark" label={t.saved} />
        </div>
        {groups.value.map((group) => (
          <GroupSection key={group.key} group={group} />
        ))}
        {many && (
          <button type="button" class="sidebar-new" data-testid="new-section" onClick={() => newSection()}>
            <Icon name="plus" />
            {t.newSection}
          </button>
        )}
      </div>
      <UserBar />
      <Popups inSidebar />
    </nav>
  );
}

/** Opens the switcher. */
function FindButton() {
  return (
    <button
      type="button"
      class="sidebar-find"
      aria-keyshortcuts={isApple() ? 'Meta+K' : 'Control+K'}
      data-testid="find"
      onClick={() => {
        dialog.value = { name: 'switcher' };
      }}
    >
      <Icon name="search" />
      <span>{t.find}</span>
      <span class="sidebar-keys" aria-hidden="true">
        {isApple() ? '⌘K' : 'Ctrl K'}
      </span>
    </button>
  );
}

function ThreadsLink() {
  const { threads } = useChat();
  return (
    <GatheringLink
      to="threads"
      icon="thread"
      label={t.threads}
      number={threads.unread.value}
      words={t.unreadThreads}
    />
  );
}

function UnreadLink() {
  const chat = useChat();
  const rooms = useDerived(
    () => [...chat.rooms.value.values()].filter(({ weight }) => weight.value.bold).length,
    [chat],
  );
  return <GatheringLink to="unread" icon="inbox" label={t.unreadPage} number={rooms} words={t.unreadRooms} />;
}

/** Rooms under a heading that opens and closes. Favourites and my own sections are shown when there are some. */
function GroupSection({ group }: { group: Group }) {
  const chat = useChat();
  const id = useId();
  const { key, section, rooms } = group;
  if (key === 'favourites' && rooms.length === 0) return null;
  const closed = isClosed(group);
  return (
    <section class="sidebar-section" data-testid="sidebar-section" data-group={key}>
      <div class="sidebar-heading">
        <h2>
          <button
            type="button"
            class="sidebar-fold"
            aria-expanded={!closed}
            aria-controls={id}
            title={section?.name}
            data-testid={`fold-${key}`}
            onClick={() => toggle(group)}
          >
            <Icon name="forward" class="menu-fold" />
            <span dir="auto">{section?.name ?? headings[key]}</span>
            {closed && <span class="sidebar-hidden">{count(rooms.length)}</span>}
          </button>
        </h2>
        <HeadingButtons group={group} />
      </div>
      <ul id={id} class="room-list" data-testid={lists[key] ?? `list-${key}`}>
        {shownIn(group, chat).map((room) => (
          <RoomLink key={room.id} room={room} />
        ))}
      </ul>
      {rooms.length === 0 && !closed && <Empty group={group} />}
    </section>
  );
}

const headings: Readonly<Record<string, string>> = {
  favourites: t.favourites,
  rooms: t.rooms,
  direct: t.direct,
};
const lists: Readonly<Record<string, string>> = { rooms: 'room-list', direct: 'direct-list' };

function HeadingButtons({ group: { key, section } }: { group: Group }) {
  const chat = useChat();
  if (section) {
    return (
      <IconButton
        icon="more"
        label={t.sectionMenu(section.name)}
        data-testid="section-menu"
        onPress={(button) => openPopup({ name: 'section', section }, button)}
      />
    );
  }
  const open = (name: 'browse' | 'create-room' | 'new-message') => () => {
    dialog.value = { name };
  };
  if (key === 'direct' && chat.may('open-direct')) {
    return (
      <IconButton icon="write" label={t.newMessage} data-testid="new-message" onClick={open('new-message')} />
    );
  }
  if (key !== 'rooms') return null;
  return (
    <>
      {chat.may('see-directory') && (
        <IconButton icon="compass" label={t.browse} data-testid="browse-rooms" onClick={open('browse')} />
      )}
      {(chat.may('create-public-room') || chat.may('create-private-room')) && (
        <IconButton
          icon="plus"
          label={t.createRoom}
          data-testid="create-room"
          onClick={open('create-room')}
        />
      )}
    </>
  );
}

function Empty({ group: { key, section } }: { group: Group }) {
  const chat = useChat();
  if (section) return <p class="sidebar-empty">{t.noneInSection}</p>;
  if (key === 'direct') return <p class="sidebar-empty">{t.noDirect}</p>;
  const others = [...chat.rooms.value.values()].some((room) => room.kind !== 'direct');
  if (others) return <p class="sidebar-empty">{t.allElsewhere}</p>;
  const browse = chat.may('see-directory');
  return (
    <p class="sidebar-empty">
      {browse ? t.noRooms : t.noRoomsGuest}
      {browse && (
        <Button
          look="bare"
          onClick={() => {
            dialog.value = { name: 'browse' };
          }}
        >
          {t.browse}
        </Button>
      )}
    </p>
  );
}

function newSection(): void {
  dialog.value = { name: 'section', section: null, first: null };
}
