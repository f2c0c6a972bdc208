import type { Replies } from '../api/records';
import { at } from '../base';
import { fullTime, isoTime, moment } from '../model/format';
import { threadPath } from '../model/route';
import { texts } from '../texts';
import { Avatar } from '../view/avatar';
import { useChat } from './context';

const t = texts.timeline;

/** So many faces stand before the number of replies. */
const FACES = 3;

/** Below a message on which a thread hangs: who wrote there, how much, and when last. It opens the thread. */
export function ThreadLine({
  room,
  number,
  replies,
  active,
}: {
  room: number;
  number: number;
  replies: Replies;
  /** The keyboard comes to it. */
  active: boolean;
}) {
  const { people } = useChat();
  if (replies.count === 0) return null;
  return (
    <a
      class="thread-line"
      href={at(threadPath(room, number))}
      tabIndex={active ? 0 : -1}
      data-testid="thread-line"
    >
      <span class="faces" aria-hidden="true">
        {replies.user_ids.slice(0, FACES).map((id) => (
          <Avatar key={id} id={id} name={people.name(id)} size="small" />
        ))}
      </span>
      <span class="thread-count">{t.replies(replies.count)}</span>{' '}
      <time class="thread-last" dateTime={isoTime(replies.last_at)} title={fullTime(replies.last_at)}>
        {t.lastReply(moment(replies.last_at, Date.now()))}
      </time>
    </a>
  );
}

/** Below the root of a thread that is open. */
export function RepliesLine({ count }: { count: number }) {
  return (
    <li class="replies-line" data-key="replies" data-testid="replies">
      <span>{count === 0 ? t.noReplies : t.replies(count)}</span>
    </li>
  );
}

/** A message that was deleted, and that has a thread still. */
export function GoneLine({
  itemKey,
  room,
  number,
  replies,
}: {
  itemKey: string;
  room: number;
  number: number;
  replies: Replies | null;
}) {
  return (
    <li class="deleted-line gone-line" data-key={itemKey} data-testid="gone-root">
      <span>{t.wasDeleted}</span>
      {replies && <ThreadLine room={room} number={number} replies={replies} active />}
    </li>
  );
}
