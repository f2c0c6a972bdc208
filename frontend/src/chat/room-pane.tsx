import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { DirectoryRoom } from '../api/records';
import * as routes from '../api/routes';
import { findPublicRoom, MOST_LOOKED_THROUGH } from '../model/directory';
import type { Room } from '../model/room';
import { now } from '../model/now';
import { navigate, route } from '../model/router';
import { toast } from '../model/toasts';
import { texts } from '../texts';
import { Button } from '../view/button';
import { sentence } from '../view/form';
import { narrow } from '../view/media';
import { ConnectionBanner } from './banner';
import { Composer, ReadOnlyNote } from './composer';
import { useChat } from './context';
import { DecisionNotes } from './decision-notes';
import { RoomHeader } from './room-header';
import { Timeline } from './timeline';
import { TypingLine } from './typing-line';
import { dialog } from './ui';

/** The middle of the page: the open room, or what stands in its place. */
export function RoomPane() {
  const chat = useChat();
  const room = chat.openRoom.value;
  const id = chat.openId.value;
  return (
    <main id="messages" class="room-pane" tabIndex={-1} data-testid="room-pane">
      <ConnectionBanner />
      <DecisionNotes />
      {room ? (
        <OpenRoom key={room.id} room={room} />
      ) : id === null ? (
        <NoRoom />
      ) : (
        <OtherRoom key={id} id={id} />
      )}
    </main>
  );
}

function OpenRoom({ room }: { room: Room }) {
  const chat = useChat();
  return (
    <>
      <RoomHeader room={room} />
      <Timeline room={room} />
      <TypingLine room={room} />
      {chat.mayIn(room, 'post-message') && !isMuted(room) ? (
        <Composer room={room} />
      ) : (
        <ReadOnlyNote room={room} />
      )}
    </>
  );
}

/** Whether I am muted at this moment: an end passes by itself. */
function isMuted({ muted, mutedUntil }: Room): boolean {
  return muted.value && (mutedUntil.value === null || mutedUntil.value > now.value);
}

function NoRoom() {
  const chat = useChat();
  if (!chat.may('see-directory')) {
    const none = chat.rooms.value.size === 0;
    return (
      <div class="blank-slate" data-testid="no-room">
        <h2>{none ? texts.room.noneTitle : texts.room.pickTitle}</h2>
        <p>{none ? texts.sidebar.noRoomsGuest : texts.room.pickOwn}</p>
      </div>
    );
  }
  return (
    <div class="blank-slate" data-testid="no-room">
      <h2>{texts.room.pickTitle}</h2>
      <p>{texts.room.pick}</p>
      <BrowseButton />
    </div>
  );
}

function BrowseButton() {
  return (
    <Button
      look="main"
      onClick={() => {
        dialog.value = { name: 'browse' };
      }}
    >
      {texts.sidebar.browse}
    </Button>
  );
}

/** A room that I am not in: a public one can be joined. */
function OtherRoom({ id }: { id: number }) {
  const chat = useChat();
  const found = useSignal<DirectoryRoom | 'loading' | 'none' | 'not-seen'>('loading');
  useEffect(() => {
    findPublicRoom(id, routes.directory).then(
      (room) => {
        found.value = room;
      },
      () => {
        found.value = 'none';
      },
    );
  }, [id]);

  const room = found.value;
  if (room === 'loading') return null;
  if (room === 'not-seen') {
    return (
      <div class="blank-slate" data-testid="room-not-seen">
        <h2>{texts.room.notSeenTitle}</h2>
        <p>{texts.room.notSeen(MOST_LOOKED_THROUGH)}</p>
        <BrowseButton />
      </div>
    );
  }
  if (room === 'none') {
    return (
      <div class="blank-slate" data-testid="room-unknown">
        <h2>{texts.room.unknownTitle}</h2>
        <p>{texts.room.unknown}</p>
        <Button look="main" onClick={() => navigate('/')}>
          {narrow.value && route.value.name === 'room' ? texts.sidebar.back : texts.goHome}
        </Button>
      </div>
    );
  }
  const join = () => {
    routes.joinRoom(id).then(
      (entry) => chat.add(entry),
      (error: unknown) => toast(sentence(error), { bad: true }),
    );
  };
  return (
    <div class="blank-slate" data-testid="room-preview">
      <h2 dir="auto">{room.name}</h2>
      {room.description && <p dir="auto">{room.description}</p>}
      <p>{texts.room.preview(room.member_count)}</p>
      {chat.mayOutside(room, 'join-room') && (
        <Button look="main" data-testid="join-room" onClick={join}>
          {texts.room.join}
        </Button>
      )}
    </div>
  );
}
