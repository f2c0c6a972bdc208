import type { Room } from '../model/room';
import { route } from '../model/router';
import { texts } from '../texts';
import { Icon } from '../view/icons';
import { ConnectionBanner } from './banner';
import { Composer } from './composer';
import { useChat } from './context';
import { DecisionNotes } from './decision-notes';
import { BrowseButton } from './browse-button';
import { OutsideRoom, SavedPage, ThreadsPage, UnreadPage } from './parts';
import { Popups } from './popups';
import { ReadOnlyNote } from './read-only-note';
import { RoomHeader } from './room-header';
import { Timeline } from './timeline';
import { TypingLine } from './typing-line';
import { useWrites } from './writes';

/** The middle of the page: the open room, or what stands in its place. */
export function RoomPane() {
  const chat = useChat();
  const room = chat.openRoom.value;
  const id = chat.openId.value;
  return (
    <main id="messages" class="room-pane" tabIndex={-1} data-testid="room-pane">
      <ConnectionBanner />
      <DecisionNotes />
      <Popups />
      {room ? <OpenRoom key={room.id} room={room} /> : id === null ? <NoRoom /> : <OutsideRoom id={id} />}
    </main>
  );
}

function OpenRoom({ room }: { room: Room }) {
  const writes = useWrites(room);
  return (
    <>
      <RoomHeader room={room} />
      <Timeline room={room} />
      <TypingLine room={room} />
      {writes ? <Composer room={room} /> : <ReadOnlyNote room={room} />}
    </>
  );
}

function NoRoom() {
  const chat = useChat();
  if (route.value.name === 'unread') return <UnreadPage />;
  if (route.value.name === 'threads') return <ThreadsPage />;
  if (route.value.name === 'saved') return <SavedPage />;
  if (!chat.may('see-directory')) {
    const none = chat.rooms.value.size === 0;
    return (
      <div class="blank-slate" data-testid="no-room">
        <Icon name="hash" />
        <h2>{none ? texts.room.noneTitle : texts.room.pickTitle}</h2>
        <p>{none ? texts.sidebar.noRoomsGuest : texts.room.pickOwn}</p>
      </div>
    );
  }
  return (
    <div class="blank-slate" data-testid="no-room">
      <Icon name="hash" />
      <h2>{texts.room.pickTitle}</h2>
      <p>{texts.room.pick}</p>
      <BrowseButton />
    </div>
  );
}
