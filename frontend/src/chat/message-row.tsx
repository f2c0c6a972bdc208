import { useMemo } from 'preact/hooks';
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

const t = texts.timeline;

type Props = Omit<Line, 'kind' | 'key'> & { itemKey: string; room: Room };

/** One message. All props but the author and the room are plain values, so a row that did not change is not drawn again. */
export function MessageRow(line: Props) {
  const { people } = useChat();
  const name = people.name(line.author.id) || line.author.display_name;
  const body = useMemo(() => linkify(line.body), [line.body]);
  return (
    <li
      class="message"
      data-key={line.itemKey}
      data-head={line.head}
      data-testid="message"
      data-number={line.number ?? undefined}
      data-state={line.state}
      data-author={line.author.id}
      data-client-id={line.clientId}
    >
      {line.head ? <Avatar id={line.author.id} name={name} /> : <MessageTime at={line.at} />}
      <div class="message-main">
        <p class={line.head ? 'message-meta' : 'visually-hidden'}>
          <span
            class="message-author"
            dir="auto"
            title={`@${line.author.username}`}
            data-testid="message-author"
          >
            {name}
          </span>
          {line.head && <MessageTime at={line.at} />}
        </p>
        <div class="message-body" dir="auto" data-testid="message-body">
          {body}
        </div>
        {line.state === 'sending' && <span class="visually-hidden">{t.sending}</span>}
        {line.state === 'failed' && <FailedSend {...line} />}
      </div>
    </li>
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

function FailedSend({ room, clientId, problem }: Props) {
  return (
    <div class="message-failed" role="alert">
      <Icon name="alert" />
      <span>{problem ?? t.failedNoAnswer}</span>
      <Button look="bare" data-testid="retry" onClick={() => act(() => room.outbox.retry(clientId))}>
        {t.retry}
      </Button>
      <Button look="bare" data-testid="delete" onClick={() => act(() => room.outbox.remove(clientId))}>
        {t.remove}
      </Button>
    </div>
  );
}
