import { useEffect, useMemo } from 'preact/hooks';
import type { Quoted, Words } from '../model/quotes';
import type { Room } from '../model/room';
import { texts } from '../texts';
import { Icon } from '../view/icons';
import { useChat } from './context';
import { oneLine, plainText } from './rich-text';

const t = texts.timeline;

/** Above a message that answers another one: who said what. Pressing it leads there. */
export function MessageQuote({ room, number, active }: { room: Room; number: number; active: boolean }) {
  const quoted = room.messages.quotes.of(number).value;
  useEffect(() => room.messages.quotes.want(number), [number]);
  const tabIndex = active ? 0 : -1;
  switch (quoted.state) {
    case 'there':
      return <Original room={room} quoted={quoted} tabIndex={tabIndex} />;
    case 'failed':
      return (
        <button
          type="button"
          class="message-quote"
          tabIndex={tabIndex}
          data-do="quote-again"
          data-quote={number}
          data-testid="quote-failed"
        >
          <Icon name="alert" />
          {t.quoteFailed}
        </button>
      );
    default:
      return (
        <p class="message-quote" data-testid={`quote-${quoted.state}`}>
          {quoted.state === 'deleted' ? t.quoteDeleted : t.quoteLoading}
        </p>
      );
  }
}

function Original({
  room,
  quoted: { number, author, words },
  tabIndex,
}: {
  room: Room;
  quoted: Extract<Quoted, { state: 'there' }>;
  tabIndex: number;
}) {
  const { people } = useChat();
  const excerpt = useMemo(() => excerptOf(words), [words]);
  const hidden = people.blocked.value.has(author.id) && !room.blockedShown.value;
  const name = people.name(author.id) || author.display_name;
  return (
    <button
      type="button"
      class="message-quote"
      tabIndex={tabIndex}
      title={t.quote(name)}
      data-do="quote"
      data-quote={number}
      data-testid="quote"
    >
      <span class="quote-author" dir="auto">
        {name}
      </span>
      <span class="quote-words" dir="auto" data-testid="quote-words">
        {hidden ? t.blocked(1) : excerpt}
      </span>
    </button>
  );
}

/** Characters of what was said that are shown at most. */
const MOST = 200;

/** What was said, in one line in which nothing can be pressed: spoilers stay hidden. */
export function excerptOf(words: Words): string {
  if ('excerpt' in words) return words.excerpt;
  const text = words.html === null ? oneLine(words.body) : plainText(words.html);
  return text.length > MOST ? `${text.slice(0, MOST)}…` : text;
}
