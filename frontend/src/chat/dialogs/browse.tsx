import { useSignal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import type { DirectoryRoom } from '../../api/records';
import * as routes from '../../api/routes';
import { whenDirectoryChanges } from '../../model/directory';
import { Paged } from '../../model/paged';
import { roomPath } from '../../model/route';
import { navigate } from '../../model/router';
import { toast } from '../../model/toasts';
import { browseTexts } from '../../texts/dialogs';
import { Button } from '../../view/button';
import { Dialog } from '../../view/dialog';
import { sentence } from '../../view/sentence';
import { Icon } from '../../view/icons';
import { LoadFailed, MoreButton, useLoading } from '../../view/loading';
import { matches } from '../../view/match';
import { useChat } from '../context';

const t = browseTexts;

/** The workspace's public rooms. */
export function BrowseDialog({ onClose }: { onClose: () => void }) {
  const chat = useChat();
  const [rooms] = useState(() => new Paged(routes.directory, (room) => room.id));
  const loading = useLoading(() => rooms.refresh());
  const query = useSignal('');
  useEffect(() => whenDirectoryChanges(loading.again), [loading.again]);

  const join = async (room: DirectoryRoom) => {
    try {
      if (!chat.rooms.peek().has(room.id)) chat.add(await routes.joinRoom(room.id));
      onClose();
      navigate(roomPath(room.id));
    } catch (error) {
      toast(sentence(error), { bad: true });
    }
  };
  const all = rooms.items.value;
  const shown = all?.filter((room) => matches(query.value, room.name, room.description));

  return (
    <Dialog title={t.title} testid="browse-dialog" onClose={onClose}>
      <div class="dialog-body">
        <input
          type="search"
          class="input"
          aria-label={t.search}
          placeholder={t.search}
          autofocus
          autocomplete="off"
          data-testid="browse-search"
          onInput={(event) => {
            query.value = event.currentTarget.value;
          }}
        />
        <LoadFailed loading={loading} text={t.failed} />
        <p role="status" class="hint">
          {all && shown && remark(all.length, shown.length, rooms.more.value && query.value !== '')}
        </p>
        <div class="pick-list">
          <ul data-testid="directory">
            {shown?.map((room) => (
              <DirectoryRow
                key={room.id}
                room={room}
                joined={chat.rooms.value.has(room.id)}
                onPick={() => void join(room)}
              />
            ))}
          </ul>
          <MoreButton more={rooms.more} load={() => rooms.advance()} testid="more-rooms" />
        </div>
      </div>
    </Dialog>
  );
}

function remark(all: number, shown: number, partly: boolean): string {
  if (partly) return t.partly(all);
  if (shown > 0) return '';
  return all === 0 ? t.empty : t.noMatch;
}

function DirectoryRow({
  room,
  joined,
  onPick,
}: {
  room: DirectoryRoom;
  joined: boolean;
  onPick: () => void;
}) {
  const chat = useChat();
  return (
    <li class="pick-row" data-testid="directory-room" data-room={room.id} data-joined={joined}>
      <Icon name="hash" />
      <div class="pick-text">
        <p class="pick-name" dir="auto">
          {room.name}
        </p>
        <p class="hint" dir="auto">
          {t.members(room.member_count)}
          {room.description && ` · ${room.description}`}
        </p>
      </div>
      {(joined || chat.mayOutside(room, 'join-room')) && (
        <Button
          look={joined ? 'quiet' : 'main'}
          aria-label={`${joined ? t.open : t.join}: ${room.name}`}
          data-testid={joined ? 'open-room' : 'join-room'}
          onClick={onPick}
        >
          {joined ? t.open : t.join}
        </Button>
      )}
    </li>
  );
}
