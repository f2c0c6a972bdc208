import { isolate } from '../model/format';
import type { Room } from '../model/room';
import { texts } from '../texts';
import { Button } from '../view/button';
import { useChat } from './context';
import { othersIn, RoomSign, roomTitle } from './room-title';
import { dialog } from './ui';

const t = texts.timeline;

/** Where a room begins: what it is for, and what to do when nothing is in it yet. */
export function RoomIntro({ room }: { room: Room }) {
  const chat = useChat();
  const { people } = chat;
  const title = roomTitle(room, people);
  const toMyself = room.kind === 'direct' && othersIn(room, people).length === 0;
  const kept = room.retentionDays.value ?? chat.workspace.value.retention_days;
  const empty = room.items.value.every((item) => item.kind !== 'message');
  return (
    <div class="room-intro" data-testid="room-intro">
      <span class="room-intro-sign">
        <RoomSign room={room} people={people} />
      </span>
      <h3>{beginning(room, title, toMyself)}</h3>
      {room.firstNumber.value > 1 && <p data-testid="erased">{t.erased(kept || null)}</p>}
      {room.description.value && <p dir="auto">{room.description.value}</p>}
      <p>{explanation(room, toMyself)}</p>
      {kept > 0 && room.firstNumber.value === 1 && <p data-testid="room-kept">{t.kept(kept)}</p>}
      {empty && !toMyself && chat.mayIn(room, 'post-message') && <p>{t.empty}</p>}
      {room.kind === 'public' && chat.may('invite') && empty && (
        <Button
          onClick={() => {
            dialog.value = { name: 'invites' };
          }}
        >
          {texts.menu.invites}
        </Button>
      )}
      {room.kind === 'private' && chat.mayIn(room, 'add-member') && (
        <Button
          onClick={() => {
            dialog.value = { name: 'add-people', room };
          }}
        >
          {texts.members.add}
        </Button>
      )}
    </div>
  );
}

function beginning(room: Room, title: string, toMyself: boolean): string {
  if (room.firstNumber.value > 1) return t.beginKept(isolate(title));
  if (toMyself) return texts.room.notesToSelf;
  return room.kind === 'direct' ? t.beginDirect(isolate(title)) : t.begin(isolate(title));
}

function explanation(room: Room, toMyself: boolean): string {
  if (toMyself) return t.beginNotes;
  if (room.kind === 'public') return t.beginPublic;
  return room.kind === 'private' ? t.beginPrivate : '';
}
