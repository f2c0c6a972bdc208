import { useEffect, useMemo } from 'preact/hooks';
import { plainText } from '../alerts/plain-text';
import { myThreads, type ThreadEntry } from '../api/threads';
import { at } from '../base';
import { fullTime, isoTime, moment } from '../model/format';
import { threadPath } from '../model/route';
import { navigate } from '../model/router';
import { ThreadList } from '../model/thread-list';
import { texts } from '../texts';
import { threadsTexts as t } from '../texts/threads';
import { Avatar } from '../view/avatar';
import { Button, IconButton } from '../view/button';
import { Icon } from '../view/icons';
import { opensElsewhere } from '../view/link';
import { useChat } from './context';
import { roomTitle } from './room-title';

/** The threads that I follow: those with new replies first. */
export function ThreadsPage() {
  const chat = useChat();
  const list = useMemo(() => new ThreadList(myThreads, chat.threads), [chat]);
  useEffect(() => {
    void list.refresh();
    return () => list.stop();
  }, [list]);
  const shown = list.shown.value;
  return (
    <>
      <header class="room-header" data-testid="threads-header">
        <IconButton class="room-back" icon="back" label={texts.sidebar.back} onClick={() => navigate('/')} />
        <span class="room-sign">
          <Icon name="thread" />
        </span>
        <div class="room-titles">
          <h2 class="room-title">{t.title}</h2>
          <p class="room-about" role="status">
            <span>{t.about(chat.threads.unread.value)}</span>
          </p>
        </div>
      </header>
      {list.failed.value && (
        <div class="blank-slate" role="alert" data-testid="threads-failed">
          <p>{t.failed}</p>
          <Button onClick={() => void list.refresh()}>{texts.retry}</Button>
        </div>
      )}
      {shown?.length === 0 && !list.failed.value && (
        <div class="blank-slate" data-testid="no-threads">
          <Icon name="thread" />
          <h2>{t.none}</h2>
          <p>{t.noneAbout}</p>
        </div>
      )}
      {shown && shown.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: scrolled with the keyboard
        <section class="threads" aria-label={t.label} tabIndex={0}>
          <ol data-testid="threads">
            {shown.map((entry) => (
              <Entry key={`${entry.room_id}/${entry.root.number}`} entry={entry} />
            ))}
          </ol>
          {list.more.value && (
            <Button busy={list.busy.value} data-testid="more-threads" onClick={() => void list.loadMore()}>
              {texts.showMore}
            </Button>
          )}
        </section>
      )}
    </>
  );
}

function Entry({ entry }: { entry: ThreadEntry }) {
  const { people, rooms } = useChat();
  const { root, room_id, unread, mentioned, last_at } = entry;
  const room = rooms.value.get(room_id);
  const path = threadPath(room_id, root.number);
  const name = people.name(root.author.id) || root.author.display_name;
  const blocked = people.blocked.value.has(root.author.id);
  const hidden = root.deleted ? t.deleted : blocked ? texts.timeline.blocked(1) : null;
  const open = (event: MouseEvent) => {
    if (opensElsewhere(event)) return;
    event.preventDefault();
    navigate(path);
  };
  return (
    <li>
      <a
        class="thread-entry"
        href={at(path)}
        data-testid="thread-entry"
        data-unread={unread > 0}
        onClick={open}
      >
        <span class="thread-entry-top">
          <span class="thread-entry-room" dir="auto">
            {room && roomTitle(room, people)}
          </span>
          <time dateTime={isoTime(last_at)} title={fullTime(last_at)}>
            {t.last(moment(last_at, Date.now()))}
          </time>
        </span>
        <span class="thread-entry-root">
          <Avatar id={root.author.id} name={name} size="small" />
          <strong dir="auto">{name}</strong>
          <span class="thread-entry-words" dir="auto">
            {hidden ? <em>{hidden}</em> : plainText(root.body)}
          </span>
        </span>
        <span class="thread-entry-foot">
          <span>{t.replies(root.replies?.count ?? 0)}</span>
          {unread > 0 && (
            <span class="thread-new" data-testid="thread-unread">
              {t.unread(unread)}
            </span>
          )}
          {mentioned && <span class="thread-new">{t.mentioned}</span>}
        </span>
      </a>
    </li>
  );
}
