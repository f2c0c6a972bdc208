import { useComputed } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { Author, Message } from '../api/records';
import { clock, fullTime, isolate, isoTime } from '../model/format';
import type { Line } from '../model/items';
import type { Room } from '../model/room';
import { texts } from '../texts';
import { Avatar } from '../view/avatar';
import { Button } from '../view/button';
import { useDerived } from '../view/derived';
import { Icon, type IconName } from '../view/icons';
import { useChat } from './context';
import { focusComposer } from './focus';
import { MessageBody } from './message-body';
import type { MessageList } from './message-list';
import { MessageQuote } from './message-quote';
import { MessageReactions } from './message-reactions';
import { MessageBar, SeenLine } from './parts';
import { StatusEmoji } from './presence';
import { useSight } from './sight';
import { ThreadLine } from './thread-line';

const t = texts.timeline;

type Props = Omit<Line, 'kind' | 'key'> & { itemKey: string; list: MessageList };

/**
 * One message. A row that did not change is not drawn again. It has no listeners: its list hears what is pressed, and
 * finds out by data-do what it is for.
 */
export function MessageRow(line: Props) {
  const { people, me } = useChat();
  const { author, list, itemKey, message } = line;
  const { room } = list;
  const row = useRef<HTMLLIElement>(null);
  const active = useComputed(() => list.hovered.value === itemKey || list.focused.value === itemKey).value;
  const tabStop = useComputed(() => list.tabStop.value === itemKey).value;
  const name = people.name(author.id) || author.display_name;
  useSight(row, line.head && author.id !== me.id ? author.id : null);
  return (
    <li
      ref={row}
      class="message"
      tabIndex={tabStop ? 0 : -1}
      aria-labelledby={tabStop ? `by-${itemKey} said-${itemKey}` : undefined}
      data-key={itemKey}
      data-head={line.head}
      data-testid="message"
      data-number={line.number ?? undefined}
      data-state={line.state}
      data-author={author.id}
      data-client-id={line.clientId}
      data-mentioned={(message !== null && mentions(message, me.id)) || undefined}
    >
      {line.head ? <AuthorAvatar author={author} name={name} /> : <MessageTime at={line.at} />}
      <div class="message-main">
        {line.replyTo !== null && <MessageQuote room={room} number={line.replyTo} active={active} />}
        {line.head ? (
          <p class="message-meta">
            <AuthorName id={`by-${itemKey}`} author={author} name={name} active={active} />
            <StatusEmoji id={author.id} />
            <MessageTime at={line.at} />
          </p>
        ) : (
          <p class="visually-hidden">
            <span id={`by-${itemKey}`} dir="auto" data-testid="message-author">
              {name}
            </span>
          </p>
        )}
        <div class="message-said">
          <MessageBody id={`said-${itemKey}`} body={line.body} html={line.html} />
          {message?.edited_at && <EditedMark at={message.edited_at} active={active} />}
          {message && <KeptMarks list={list} message={message} />}
        </div>
        {message && (
          <>
            <MessageReactions
              room={room}
              number={message.number}
              reactions={message.reactions}
              active={active}
            />
            {line.replies && (
              <ThreadLine room={room.id} number={message.number} replies={line.replies} active={active} />
            )}
            {room.kind === 'direct' && <Seen room={room} number={message.number} />}
            <Tools list={list} message={message} name={name} active={active} />
          </>
        )}
        {line.due !== null && <WaitingSend {...line} due={line.due} />}
        {line.state === 'sending' && <span class="visually-hidden">{t.sending}</span>}
        {line.state === 'failed' && <FailedSend {...line} />}
      </div>
    </li>
  );
}

/** By name, or with everybody, by somebody else. */
function mentions({ author, mentions, mentions_all }: Message, me: number): boolean {
  return author.id !== me && (mentions_all === 'room' || mentions.includes(me));
}

/** What can be done about the message; seen while the pointer or the keyboard is in its row. */
function Tools({
  list,
  message,
  name,
  active,
}: {
  list: MessageList;
  message: Message;
  name: string;
  active: boolean;
}) {
  const own = message.author.id === list.chat.me.id;
  const label = own ? t.ownMessageMenu : t.messageMenu(isolate(name));
  return (
    <div class="message-tools" aria-live="off">
      {active && <MessageBar list={list} message={message} />}
      <button
        type="button"
        class="icon-button"
        tabIndex={active ? 0 : -1}
        title={label}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded="false"
        data-do="menu"
        data-testid="message-menu"
      >
        <Icon name="more" />
      </button>
    </div>
  );
}

function EditedMark({ at, active }: { at: number; active: boolean }) {
  const label = t.editedAt(fullTime(at));
  return (
    <button
      type="button"
      class="message-edited"
      tabIndex={active ? 0 : -1}
      title={label}
      aria-label={label}
      data-do="revisions"
      data-testid="edited"
    >
      {t.edited}
    </button>
  );
}

/** It is pinned for everybody, or I saved it for later. */
function KeptMarks({
  list: { chat },
  message: { room_id, number, pinned },
}: {
  list: MessageList;
  message: Message;
}) {
  const saved = useDerived(() => chat.saved.has(room_id, number), [chat, room_id, number]);
  return (
    <>
      {pinned && <KeptMark icon="pin" words={t.pinned} testid="pinned-mark" />}
      {saved && <KeptMark icon="bookmark" words={t.saved} testid="saved-mark" />}
    </>
  );
}

function KeptMark({ icon, words, testid }: { icon: IconName; words: string; testid: string }) {
  return (
    <span class="kept-mark" title={words} data-testid={testid}>
      <Icon name={icon} />
      <span class="visually-hidden">{words}</span>
    </span>
  );
}

/** Below my newest message, while nobody has said anything after it. */
function Seen({ room, number }: { room: Room; number: number }) {
  const awaiting = useDerived(() => room.awaiting.value === number, [room, number]);
  return awaiting ? <SeenLine key={number} room={room} number={number} /> : null;
}

/** Opens the author's card, as the name beside it does for keyboards and screen readers, too. */
function AuthorAvatar({ author, name }: { author: Author; name: string }) {
  return (
    <button
      type="button"
      class="message-avatar"
      tabIndex={-1}
      aria-hidden="true"
      data-do="profile"
      data-testid="message-avatar"
    >
      <Avatar id={author.id} name={name} />
    </button>
  );
}

function AuthorName({
  id,
  author,
  name,
  active,
}: {
  id: string;
  author: Author;
  name: string;
  active: boolean;
}) {
  return (
    <button
      id={id}
      type="button"
      class="message-author"
      dir="auto"
      tabIndex={active ? 0 : -1}
      title={`@${author.username}`}
      data-do="profile"
      data-testid="message-author"
    >
      {name}
    </button>
  );
}

function MessageTime({ at }: { at: number }) {
  return (
    <time class="message-time" dateTime={isoTime(at)} title={fullTime(at)}>
      {clock(at)}
    </time>
  );
}

/** The buttons are gone after it. */
function act(action: () => void): void {
  action();
  focusComposer();
}

/** Slow mode, or a limit: it goes out by itself. */
function WaitingSend({ list: { room }, clientId, due }: Props & { due: number }) {
  return (
    <div class="message-waiting" role="status" data-testid="message-waiting">
      <Icon name="clock" />
      <span>{t.goesOut(clock(due))}</span>
      <Button look="bare" data-testid="delete" onClick={() => act(() => room.outbox.remove(clientId))}>
        {t.remove}
      </Button>
    </div>
  );
}

function FailedSend({ list: { room }, clientId, problem }: Props) {
  return (
    <div class="message-failed" role="alert" data-testid="message-failed">
      <Icon name="alert" />
      <span>{problem === '' ? t.failedBefore : (problem ?? t.failedNoAnswer)}</span>
      <Button look="bare" data-testid="retry" onClick={() => act(() => room.outbox.retry(clientId))}>
        {t.retry}
      </Button>
      <Button look="bare" data-testid="delete" onClick={() => act(() => room.outbox.remove(clientId))}>
        {t.remove}
      </Button>
    </div>
  );
}
