import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { type SavedMessage, saved as loadSaved } from '../api/saved';
import { at } from '../base';
import { isolate } from '../model/format';
import { messagePath, roomPath } from '../model/route';
import { navigate } from '../model/router';
import { SavedList } from '../model/saved-list';
import { texts } from '../texts';
import { savedTexts as t } from '../texts/saved';
import { Button, IconButton } from '../view/button';
import { Icon } from '../view/icons';
import { opensElsewhere } from '../view/link';
import { useBodyPresses } from './body-press';
import { useChat } from './context';
import { KeptMessage, useFocusInList } from './kept-message';
import { keep } from './message-keeping';
import { RoomSign, roomTitle } from './room-title';

/** What I saved for later, from all rooms; what was saved last comes first. */
export function SavedPage() {
  const chat = useChat();
  const frame = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLOListElement>(null);
  const busy = useSignal(false);
  const messages = useMemo(() => new SavedList(chat, loadSaved), [chat]);
  useEffect(() => {
    void messages.refresh();
    return () => messages.stop();
  }, [messages]);
  useBodyPresses(frame);
  const all = messages.shown.value;
  const failed = messages.failed.value;
  useFocusInList(list, all, () => document.querySelector<HTMLElement>('[data-testid="room-pane"]'));
  const more = async () => {
    busy.value = true;
    await messages.advance();
    busy.value = false;
  };
  return (
    <>
      <header class="room-header" data-testid="saved-header">
        <IconButton class="room-back" icon="back" label={texts.sidebar.back} onClick={() => navigate('/')} />
        <span class="room-sign">
          <Icon name="bookmark" />
        </span>
        <div class="room-titles">
          <h2 class="room-title">{t.title}</h2>
          <p class="room-about">
            <span>{t.about}</span>
          </p>
        </div>
      </header>
      <div ref={frame} class="saved" data-testid="saved" data-state={all === null ? 'loading' : 'ready'}>
        {failed && (
          <div class="kept-failed" role="alert">
            <p>{all === null ? t.failed : t.failedLater}</p>
            <Button onClick={() => void messages.refresh()}>{texts.retry}</Button>
          </div>
        )}
        {all?.length === 0 && !messages.more.value && (
          <div class="blank-slate" data-testid="nothing-saved">
            <Icon name="bookmark" />
            <h2>{t.none}</h2>
            <p>{t.noneAbout}</p>
          </div>
        )}
        <ol ref={list} class="kept-list" aria-label={t.list}>
          {all?.map((one) => (
            <Entry key={`${one.message.room_id}/${one.message.number}`} one={one} />
          ))}
        </ol>
        {messages.more.value && (
          <Button busy={busy.value} data-testid="more-saved" onClick={() => void more()}>
            {texts.showMore}
          </Button>
        )}
      </div>
    </>
  );
}

function Entry({ one: { message } }: { one: SavedMessage }) {
  const chat = useChat();
  const { people } = chat;
  const { author, room_id, number } = message;
  const name = isolate(people.name(author.id) || author.display_name);
  return (
    <KeptMessage
      message={message}
      testid="saved-message"
      above={<Where room={room_id} />}
      remove={{ label: t.removeOf(name), icon: 'close', run: () => void keep(chat, room_id, number, false) }}
      onGo={() => navigate(messagePath(room_id, number))}
    />
  );
}

/** The room that a message is from. */
function Where({ room: id }: { room: number }) {
  const { rooms, people } = useChat();
  const room = rooms.value.get(id);
  if (!room) return null;
  const path = roomPath(id);
  return (
    <a
      class="kept-room"
      href={at(path)}
      data-testid="saved-room"
      onClick={(event) => {
        if (opensElsewhere(event)) return;
        event.preventDefault();
        event.stopPropagation();
        navigate(path);
      }}
    >
      <span class="room-sign">
        <RoomSign room={room} people={people} />
      </span>
      <span dir="auto">{roomTitle(room, people)}</span>
    </a>
  );
}
