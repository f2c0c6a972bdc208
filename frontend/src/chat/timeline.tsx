import { useComputed } from '@preact/signals';
import { useCallback, useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Item } from '../model/items';
import type { Reel, Target } from '../model/reel';
import type { Room } from '../model/room';
import { roomPath } from '../model/route';
import { here, navigate } from '../model/router';
import { texts } from '../texts';
import { Button } from '../view/button';
import { Icon } from '../view/icons';
import { useChat } from './context';
import { focusComposer } from './focus';
import { useGlimpse } from './glimpse';
import { BlockedLine } from './blocked-line';
import { DayLine, UnreadLine } from './day-line';
import { DeletedLine } from './deleted-line';
import { type MessageList, useMessageList } from './message-list';
import { MessageMenu } from './message-menu';
import { MessageRow } from './message-row';
import { NoticeLine } from './notice-line';
import { RoomIntro } from './room-intro';
import { roomTitle } from './room-title';
import { useRowFocus } from './row-focus';
import { ScrollKeeper } from './scroll';
import { GoneLine, RepliesLine } from './thread-line';

const t = texts.timeline;

/** What is said in a room: its timeline, or in place of that a thread. */
export function Timeline({
  room,
  reel = room,
  label,
}: {
  room: Room;
  reel?: Reel;
  /** What it is called. */
  label?: string;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLOListElement>(null);
  const keeper = useRef<ScrollKeeper | null>(null);
  const { people } = useChat();
  // The list is put right when a menu opens and closes, too.
  void reel.still.value;
  const { state, older, loading } = reel.history;
  const find = useCallback((number: number) => reel.history.byNumber.peek().get(number), [reel]);
  const keys = useComputed(() => reel.items.value.filter(isMessage).map(({ key }) => key));

  const drawn = useGlimpse(reel, () => keeper.current?.heed());

  useLayoutEffect(() => {
    if (!scroller.current || !list.current) return;
    const made = new ScrollKeeper(scroller.current, list.current, reel);
    keeper.current = made;
    return () => made.stop();
  }, [reel]);
  // After every change of the list, before it is painted.
  useLayoutEffect(() => keeper.current?.settle(drawn));
  useRowFocus(list);
  const messages = useMessageList(list, room, find, keys);
  const target = reel.target.value;
  // Before the list is put right.
  useLayoutEffect(() => {
    if (target && keeper.current) goTo(keeper.current, reel, target);
  }, [target]);
  const jumps = reel.jumps.value;
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
        aria-live={drawn.live}
        aria-busy={state.value === 'loading' || loading.value !== null}
        aria-label={label ?? `${t.label}: ${roomTitle(room, people)}`}
        // Where there are messages, the keyboard comes to one of them.
        tabIndex={keys.value.length > 0 ? -1 : 0}
        data-testid={reel === room ? 'timeline' : 'thread-timeline'}
        data-state={state.value}
        data-room={room.id}
      >
        {state.value === 'ready' && <TimelineTop room={room} reel={reel} />}
        {state.value === 'failed' && <LoadFailed reel={reel} />}
        <ol ref={list} class="timeline-list">
          {drawn.items.map((item) => (
            <TimelineItem key={item.key} item={item} room={room} list={messages} />
          ))}
        </ol>
      </div>
      {/* biome-ignore-end lint/a11y/noNoninteractiveTabindex: scrolled with the keyboard */}
      <JumpButton room={room} reel={reel} />
      <MessageMenu list={messages} />
      {older.value && loading.value === 'older' && <p class="visually-hidden">{t.loadingOlder}</p>}
    </div>
  );
}

/** Seconds in thousandths for which a message is lit up that one came for. */
const FLASH = 2_000;

/** Brings a message into view, once. */
function goTo(keeper: ScrollKeeper, reel: Reel, target: Target): void {
  const row = keeper.show(target);
  reel.target.value = null;
  if (!row || !target.flash) return;
  row.focus({ preventScroll: true });
  row.dataset.flash = 'true';
  setTimeout(() => delete row.dataset.flash, FLASH);
}

function isMessage(item: Item): boolean {
  return item.kind === 'message';
}

function TimelineItem({ item, room, list }: { item: Item; room: Room; list: MessageList }) {
  switch (item.kind) {
    case 'message': {
      const { kind: _, key, ...line } = item;
      return <MessageRow {...line} itemKey={key} list={list} />;
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
    case 'replies':
      return <RepliesLine count={item.count} />;
    case 'gone':
      return <GoneLine itemKey={item.key} room={room.id} number={item.number} replies={item.replies} />;
  }
}

/** Above the first loaded message: more is on its way, or this is where it all began. */
function TimelineTop({ room, reel }: { room: Room; reel: Reel }) {
  if (!reel.history.older.value) return reel === room ? <RoomIntro room={room} /> : null;
  return (
    <p class="timeline-more" aria-hidden="true">
      {t.loadingOlder}
    </p>
  );
}

function LoadFailed({ reel }: { reel: Reel }) {
  return (
    <div class="blank-slate" role="alert">
      <p>{t.failed}</p>
      <Button onClick={() => reel.load().catch(() => {})}>{texts.retry}</Button>
    </div>
  );
}

/** Shown while the newest message is out of view. */
function JumpButton({ room, reel }: { room: Room; reel: Reel }) {
  if (reel.atBottom.value || reel.history.state.value !== 'ready') return null;
  const unread = reel.unread.value;
  return (
    <button
      type="button"
      class="jump"
      data-testid="jump-to-newest"
      data-count={unread}
      onClick={() => {
        // The address names a message that one has left.
        if (here() !== roomPath(room.id) && room.messages.thread.peek() === null)
          navigate(roomPath(room.id), { replace: true });
        void reel.jumpToNewest().catch(() => {});
        focusComposer();
      }}
    >
      <Icon name="down" />
      {unread > 0 ? t.jumpCount(unread) : t.jump}
    </button>
  );
}
