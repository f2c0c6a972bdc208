import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Item } from '../model/items';
import type { Room } from '../model/room';
import { texts } from '../texts';
import { Button } from '../view/button';
import { Icon } from '../view/icons';
import { useChat } from './context';
import { focusComposer } from './focus';
import { BlockedLine } from './blocked-line';
import { DayLine, UnreadLine } from './day-line';
import { DeletedLine } from './deleted-line';
import { MessageRow } from './message-row';
import { NoticeLine } from './notice-line';
import { RoomIntro } from './room-intro';
import { roomTitle } from './room-title';
import { useRowFocus } from './row-focus';
import { ScrollKeeper } from './scroll';

const t = texts.timeline;

export function Timeline({ room }: { room: Room }) {
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLOListElement>(null);
  const keeper = useRef<ScrollKeeper | null>(null);
  const { people } = useChat();
  // The list is put right when a menu opens and closes, too.
  void room.still.value;
  const { state, older, loading } = room.history;

  useLayoutEffect(() => {
    if (!scroller.current || !list.current) return;
    const made = new ScrollKeeper(scroller.current, list.current, room);
    keeper.current = made;
    return () => made.stop();
  }, [room]);
  // After every change of the list, before it is painted.
  useLayoutEffect(() => keeper.current?.settle());
  useRowFocus(list);
  const jumps = room.jumps.value;
  const followed = useRef(jumps);
  useEffect(() => {
    if (jumps !== followed.current) keeper.current?.toNewest();
    followed.current = jumps;
  }, [jumps]);

  return (
    <div class="timeline-frame">
      {/* biome-ignore-start lint/a11y/noNoninteractiveTabindex: scrolled with the keyboard */}
      <div
        ref={scroller}
        class="timeline"
        role="log"
        aria-live="polite"
        aria-busy={state.value === 'loading' || loading.value !== null}
        aria-label={`${t.label}: ${roomTitle(room, people)}`}
        tabIndex={0}
        data-testid="timeline"
        data-state={state.value}
        data-room={room.id}
      >
        {state.value === 'ready' && <TimelineTop room={room} />}
        {state.value === 'failed' && <LoadFailed room={room} />}
        <ol ref={list} class="timeline-list">
          {room.items.value.map((item) => (
            <TimelineItem key={item.key} item={item} room={room} />
          ))}
        </ol>
      </div>
      {/* biome-ignore-end lint/a11y/noNoninteractiveTabindex: scrolled with the keyboard */}
      <JumpButton room={room} />
      {older.value && loading.value === 'older' && <p class="visually-hidden">{t.loadingOlder}</p>}
    </div>
  );
}

function TimelineItem({ item, room }: { item: Item; room: Room }) {
  switch (item.kind) {
    case 'message': {
      const { kind: _, key, ...line } = item;
      return <MessageRow {...line} itemKey={key} room={room} />;
    }
    case 'notices':
      return <NoticeLine itemKey={item.key} notices={item.notices} />;
    case 'day':
      return <DayLine itemKey={item.key} at={item.at} />;
    case 'divider':
      return <UnreadLine />;
    case 'blocked':
      return <BlockedLine itemKey={item.key} count={item.count} room={room} />;
    case 'deleted':
      return <DeletedLine itemKey={item.key} deletion={item.deletion} />;
  }
}

/** Above the first loaded message: more is on its way, or this is where it all began. */
function TimelineTop({ room }: { room: Room }) {
  if (!room.history.older.value) return <RoomIntro room={room} />;
  return (
    <p class="timeline-more" aria-hidden="true">
      {t.loadingOlder}
    </p>
  );
}

function LoadFailed({ room }: { room: Room }) {
  return (
    <div class="blank-slate" role="alert">
      <p>{t.failed}</p>
      <Button onClick={() => room.load().catch(() => {})}>{texts.retry}</Button>
    </div>
  );
}

/** Shown while the newest message is out of view. */
function JumpButton({ room }: { room: Room }) {
  if (room.atBottom.value || room.history.state.value !== 'ready') return null;
  const unread = room.unread.value;
  return (
    <button
      type="button"
      class="jump"
      data-testid="jump-to-newest"
      data-count={unread}
      onClick={() => {
        void room.jumpToNewest().catch(() => {});
        focusComposer();
      }}
    >
      <Icon name="down" />
      {unread > 0 ? t.jumpCount(unread) : t.jump}
    </button>
  );
}
