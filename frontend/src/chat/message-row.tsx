import { useMemo, useRef } from 'preact/hooks';
import type { Author } from '../api/records';
import { clock, fullTime, isoTime } from '../model/format';
import type { Line } from '../model/items';
import type { Room } from '../model/room';
import { texts } from '../texts';
import { Avatar } from '../view/avatar';
import { Button } from '../view/button';
import { Icon } from '../view/icons';
import { linkify } from '../view/linkify';
import { useChat } from './context';
import { focusComposer } from './focus';
import { StatusEmoji } from './presence';
import { MessageMenu } from './message-menu';
import { showProfile } from './ui';
import { useSight } from './sight';

const t = texts.timeline;

type Props = Omit<Line, 'kind' | 'key'> & { itemKey: string; room: Room };

/** One message. All props but the author and the room are plain values, so a row that did not change is not drawn again. */
export function MessageRow(line: Props) {
  const { people, me } = useChat();
  const { author } = line;
  const row = useRef<HTMLLIElement>(null);
  const name = people.name(author.id) || author.display_name;
  const body = useMemo(() => linkify(line.body), [line.body]);
  useSight(row, line.head && author.id !== me.id ? author.id : null);
  return (
    <li
      ref={row}
      class="message"
      data-key={line.itemKey}
      data-head={line.head}
      data-testid="message"
      data-number={line.number ?? undefined}
      data-state={line.state}
      data-author={author.id}
      data-client-id={line.clientId}
    >
      {line.head ? <AuthorAvatar author={author} name={name} /> : <MessageTime at={line.at} />}
      <div class="message-main">
        {line.head ? (
          <p class="message-meta">
            <AuthorName author={author} name={name} />
            <StatusEmoji id={author.id} />
            <MessageTime at={line.at} />
          </p>
        ) : (
          <p class="visually-hidden">
            <span dir="auto" data-testid="message-author">
              {name}
            </span>
          </p>
        )}
        <div class="message-body" dir="auto" data-testid="message-body">
          {body}
        </div>
        {line.state === 'sent' && line.number !== null && (
          <MessageMenu room={line.room} author={author} number={line.number} name={name} />
        )}
        {line.due !== null && <WaitingSend {...line} due={line.due} />}
        {line.state === 'sending' && <span class="visually-hidden">{t.sending}</span>}
        {line.state === 'failed' && <FailedSend {...line} />}
      </div>
    </li>
  );
}

/** Opens the author's card, as the name beside it does for keyboards and screen readers, too. */
function AuthorAvatar({ author, name }: { author: Author; name: string }) {
  return (
    <button
      type="button"
      class="message-avatar"
      tabIndex={-1}
      aria-hidden="true"
      data-testid="message-avatar"
      onClick={(event) => showProfile(author, event.currentTarget)}
    >
      <Avatar id={author.id} name={name} />
    </button>
  );
}

function AuthorName({ author, name }: { author: Author; name: string }) {
  return (
    <button
      type="button"
      class="message-author"
      dir="auto"
      title={`@${author.username}`}
      data-testid="message-author"
      onClick={(event) => showProfile(author, event.currentTarget)}
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
function WaitingSend({ room, clientId, due }: Props & { due: number }) {
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

function FailedSend({ room, clientId, problem }: Props) {
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
