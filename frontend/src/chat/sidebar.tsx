import { useComputed } from '@preact/signals';
import type { Chat } from '../model/chat';
import type { Room } from '../model/room';
import { texts } from '../texts';
import { Button, IconButton } from '../view/button';
import { Logo } from '../view/logo';
import { useChat } from './context';
import { RoomLink } from './room-link';
import { roomTitle } from './room-title';
import { dialog } from './ui';
import { UserBar } from './user-bar';

const t = texts.sidebar;

export function Sidebar() {
  const chat = useChat();
  const named = useComputed(() => namedRooms(chat));
  const direct = useComputed(() => directRooms(chat));
  const browse = chat.may('see-directory');
  return (
    <nav class="sidebar" aria-label={t.label} data-testid="sidebar">
      <header class="sidebar-header">
        <Logo />
        <h1 dir="auto" title={chat.workspace.value.name}>
          {chat.workspace.value.name}
        </h1>
      </header>
      <div class="sidebar-scroll">
        <section class="sidebar-section">
          <div class="sidebar-heading">
            <h2>{t.rooms}</h2>
            {browse && (
              <IconButton
                icon="compass"
                label={t.browse}
                data-testid="browse-rooms"
                onClick={() => show('browse')}
              />
            )}
            {(chat.may('create-public-room') || chat.may('create-private-room')) && (
              <IconButton
                icon="plus"
                label={t.createRoom}
                data-testid="create-room"
                onClick={() => show('create-room')}
              />
            )}
          </div>
          <ul class="room-list" data-testid="room-list">
            {named.value.map((room) => (
              <RoomLink key={room.id} room={room} />
            ))}
          </ul>
          {named.value.length === 0 && (
            <p class="sidebar-empty">
              {browse ? t.noRooms : t.noRoomsGuest}
              {browse && (
                <Button look="bare" onClick={() => show('browse')}>
                  {t.browse}
                </Button>
              )}
            </p>
          )}
        </section>
        <section class="sidebar-section">
          <div class="sidebar-heading">
            <h2>{t.direct}</h2>
            {chat.may('open-direct') && (
              <IconButton
                icon="write"
                label={t.newMessage}
                data-testid="new-message"
                onClick={() => show('new-message')}
              />
            )}
          </div>
          <ul class="room-list" data-testid="direct-list">
            {direct.value.map((room) => (
              <RoomLink key={room.id} room={room} />
            ))}
          </ul>
          {direct.value.length === 0 && <p class="sidebar-empty">{t.noDirect}</p>}
        </section>
      </div>
      <UserBar />
    </nav>
  );
}

function show(name: 'browse' | 'create-room' | 'new-message'): void {
  dialog.value = { name };
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

function namedRooms({ rooms, people }: Chat): readonly Room[] {
  const named = [...rooms.value.values()].filter((room) => room.kind !== 'direct');
  return named.sort((a, b) => collator.compare(roomTitle(a, people), roomTitle(b, people)));
}

/** The conversation with the newest message comes first. */
function directRooms({ rooms }: Chat): readonly Room[] {
  const direct = [...rooms.value.values()].filter((room) => room.kind === 'direct');
  return direct.sort((a, b) => b.lastMessageAt.value - a.lastMessageAt.value || b.id - a.id);
}
