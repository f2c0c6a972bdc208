import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { plainText } from '../alerts/plain-text';
import type { Message } from '../api/records';
import * as routes from '../api/routes';
import { at } from '../base';
import type { Chat } from '../model/chat';
import { changedLines } from '../model/first-lines';
import { clock, fullTime, isoTime } from '../model/format';
import { readRooms } from '../model/read-rooms';
import type { Room } from '../model/room';
import { roomPath } from '../model/route';
import { navigate } from '../model/router';
import { toast } from '../model/toasts';
import { texts } from '../texts';
import { unreadTexts as t } from '../texts/unread';
import { Button, IconButton } from '../view/button';
import { useDerived } from '../view/derived';
import { Icon } from '../view/icons';
import { opensElsewhere } from '../view/link';
import { sentence } from '../view/sentence';
import { useChat } from './context';
import { RoomSign, roomTitle } from './room-title';

/** So many rooms are shown at once, with so many lines each. */
const ROOMS = 20;
const LINES = 4;

/** What is unread, room by room, with its first lines. */
export function UnreadPage() {
  const chat = useChat();
  const most = useSignal(ROOMS);
  const list = useRef<HTMLDivElement>(null);
  const rooms = useDerived(() => unreadRooms(chat), [chat]);
  const messages = useDerived(() => chat.unread.value, [chat]);
  useFocusKept(list, rooms);
  const readAll = () => {
    readRooms(chat, rooms).catch((error: unknown) => toast(sentence(error), { bad: true }));
  };
  return (
    <>
      <header class="room-header" data-testid="unread-header">
        <IconButton class="room-back" icon="back" label={texts.sidebar.back} onClick={() => navigate('/')} />
        <span class="room-sign">
          <Icon name="inbox" />
        </span>
        <div class="room-titles">
          <h2 class="room-title">{t.title}</h2>
          {rooms.length > 0 && (
            <p class="room-about" role="status">
              <span>{t.about(rooms.length, messages)}</span>
            </p>
          )}
        </div>
        {rooms.length > 0 && (
          <Button data-testid="read-everything" onClick={readAll}>
            {t.readAll}
          </Button>
        )}
      </header>
      {rooms.length === 0 ? (
        <div class="blank-slate" data-testid="nothing-unread">
          <Icon name="check" />
          <h2>{t.none}</h2>
          <p>{t.noneAbout}</p>
        </div>
      ) : (
        // biome-ignore lint/a11y/noStaticElementInteractions: the arrow keys lead from room to room
        <div ref={list} class="unread-rooms" data-testid="unread-rooms" onKeyDown={walk}>
          {rooms.slice(0, most.value).map((room) => (
            <UnreadRoom key={room.id} room={room} />
          ))}
          {rooms.length > most.value && (
            <Button
              onClick={() => {
                most.value += ROOMS;
              }}
            >
              {t.showMore}
            </Button>
          )}
        </div>
      )}
    </>
  );
}

/** Those with something for me first, then those where something was said last. */
function unreadRooms(chat: Chat): readonly Room[] {
  const unread = [...chat.rooms.value.values()].filter(({ weight }) => weight.value.bold);
  return unread.sort(
    (a, b) =>
      Number(b.weight.value.badge > 0) - Number(a.weight.value.badge > 0) ||
      b.lastMessageAt.value - a.lastMessageAt.value ||
      a.id - b.id,
  );
}

/** The arrow keys lead from room to room. */
function walk(event: KeyboardEvent): void {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by === undefined || !(event.currentTarget instanceof HTMLElement)) return;
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-testid="unread-room-link"]')];
  const at = links.findIndex((link) => link.closest('section')?.contains(document.activeElement));
  const next = links[Math.max(0, Math.min(links.length - 1, at + by))];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

/** When the room that had the focus is read, the next one has it. */
function useFocusKept(list: { readonly current: HTMLElement | null }, rooms: readonly Room[]): void {
  const before = useRef(-1);
  useEffect(() => {
    const sections = [...(list.current?.querySelectorAll('section') ?? [])];
    if (document.activeElement === document.body && before.current >= 0) {
      const next = sections[Math.min(before.current, sections.length - 1)];
      next?.querySelector<HTMLElement>('[data-testid="unread-room-link"]')?.focus();
    }
    const note = () => {
      before.current = [...(list.current?.querySelectorAll('section') ?? [])].findIndex((one) =>
        one.contains(document.activeElement),
      );
    };
    note();
    document.addEventListener('focusin', note);
    return () => document.removeEventListener('focusin', note);
  }, [rooms]);
}

function UnreadRoom({ room }: { room: Room }) {
  const { people } = useChat();
  const title = useDerived(() => roomTitle(room, people), [room]);
  const { badge } = room.weight.value;
  const lines = useFirstLines(room);
  const path = roomPath(room.id);
  const open = (event: MouseEvent) => {
    if (opensElsewhere(event)) return;
    event.preventDefault();
    navigate(path);
  };
  const rest = room.unread.value - (lines?.length ?? 0);
  return (
    <section class="unread-room" data-testid="unread-room" data-room={room.id}>
      <header class="unread-room-header">
        <span class="room-sign">
          <RoomSign room={room} people={people} />
        </span>
        <h3>
          <a href={at(path)} dir="auto" title={title} data-testid="unread-room-link" onClick={open}>
            {title}
          </a>
        </h3>
        {badge > 0 && (
          <span class="badge">
            <span aria-hidden="true">{badge}</span>
            <span class="visually-hidden">{texts.sidebar.mentions(badge)}</span>
          </span>
        )}
        <Button aria-label={t.readRoom(title)} data-testid="read-room" onClick={() => room.reading.readAll()}>
          {t.read}
        </Button>
      </header>
      {lines === 'failed' ? (
        <p class="hint">{t.failed}</p>
      ) : (
        <ol>
          {lines?.map((message) => (
            <Line key={message.number} message={message} />
          ))}
        </ol>
      )}
      {lines && lines !== 'failed' && rest > 0 && (
        <p>
          <a class="hint" href={at(path)} onClick={open}>
            {t.more(rest)}
          </a>
        </p>
      )}
    </section>
  );
}

function Line({ message }: { message: Message }) {
  const { people } = useChat();
  const { author, body, deleted, created_at } = message;
  const blocked = people.blocked.value.has(author.id);
  const hidden = deleted ? t.deleted : blocked ? texts.timeline.blocked(1) : null;
  return (
    <li class="unread-excerpt">
      <span class="unread-author" dir="auto">
        {people.name(author.id) || author.display_name}
      </span>
      <time class="hint" dateTime={isoTime(created_at)} title={fullTime(created_at)}>
        {clock(created_at)}
      </time>
      <p dir="auto">{hidden ? <em class="hint">{hidden}</em> : plainText(body)}</p>
    </li>
  );
}

/** The first unread messages of a room; null until they are there. */
function useFirstLines(room: Room): readonly Message[] | 'failed' | null {
  const chat = useChat();
  /** Counts up when what is shown has changed: what is on its way may be of before. */
  const changes = useSignal(0);
  const lines = useSignal<readonly Message[] | 'failed' | null>(null);
  const read = room.reading.read.value;
  const few = Math.min(LINES, room.unread.value);
  useEffect(() => {
    let gone = false;
    routes.history(room.id, { after: read, limit: LINES }).then(
      ({ messages }) => {
        if (!gone) lines.value = messages;
      },
      () => {
        if (!gone) lines.value ??= 'failed';
      },
    );
    return () => {
      gone = true;
    };
  }, [room, read, few, changes.value]);
  useEffect(
    () =>
      chat.listen({
        changed: (where, event) => {
          if (where !== room) return;
          const before = lines.peek();
          const after = before === null || before === 'failed' ? null : changedLines(before, event);
          if (after === before && after !== null) return;
          if (after !== null) lines.value = after;
          changes.value++;
        },
      }),
    [room],
  );
  return lines.value;
}
