import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import * as threads from '../api/threads';
import { attention } from '../model/attention';
import type { Room } from '../model/room';
import { messagePath, roomPath } from '../model/route';
import { leaveFor, navigate } from '../model/router';
import { ranks } from '../model/shortcuts';
import { Thread } from '../model/thread';
import { toast } from '../model/toasts';
import { threadTexts as t } from '../texts/threads';
import { Button, IconButton } from '../view/button';
import { narrow, touch } from '../view/media';
import { sentence } from '../view/sentence';
import { Composer } from './composer';
import { useChat } from './context';
import { focusComposer } from './focus';
import { wantedReply } from './jump';
import { ReadOnlyNote } from './read-only-note';
import { roomTitle } from './room-title';
import { useShortcut } from './shortcuts';
import { Timeline } from './timeline';
import { useWrites } from './writes';

/** A thread beside its room; on a narrow screen in its place. */
export function ThreadPanel({ room, root }: { room: Room; root: number }) {
  const chat = useChat();
  const { people } = chat;
  const shown = useSignal<Thread | null>(null);
  useEffect(() => {
    const made = new Thread(room, root, { api: threads, people, attention });
    shown.value = made;
    void made.open(wantedReply());
    return () => made.close();
  }, [room, root]);
  useFocus(root);
  useShortcut('back', () => close(room), ranks.panel);
  const thread = shown.value;
  const title = roomTitle(room, people);
  return (
    <aside class="panel thread-panel" aria-label={t.title} data-testid="thread" data-root={root}>
      <header class="panel-header">
        <div class="thread-titles">
          <h2>{t.title}</h2>
          <p class="hint" dir="auto">
            {t.in(title)}
          </p>
        </div>
        {thread && <FollowButton thread={thread} />}
        <IconButton
          icon="forward"
          label={t.show}
          data-testid="thread-root"
          onClick={() => showRoot(room, root)}
        />
        <IconButton icon="close" label={t.close} data-testid="close-thread" onClick={() => close(room)} />
      </header>
      {thread?.missing.value ? <Missing room={room} /> : thread && <Open thread={thread} />}
    </aside>
  );
}

function Open({ thread }: { thread: Thread }) {
  const { room, root, history } = thread;
  const writes = useWrites(room);
  return (
    <>
      <Timeline room={room} reel={thread} label={t.label} />
      {writes ? (
        <Composer room={room} thread={root} said={() => history.messages.peek()} />
      ) : (
        <ReadOnlyNote room={room} thread={root} />
      )}
    </>
  );
}

function Missing({ room }: { room: Room }) {
  return (
    <div class="blank-slate" role="alert" data-testid="thread-missing">
      <h2>{t.missingTitle}</h2>
      <p>{t.missing}</p>
      <Button onClick={() => close(room)}>{t.close}</Button>
    </div>
  );
}

function FollowButton({ thread }: { thread: Thread }) {
  const following = thread.following.value;
  if (following === null) return null;
  const change = () => {
    thread.follow(!following).then(
      () => toast(following ? t.unfollowed : t.followed),
      (error: unknown) => toast(sentence(error), { bad: true }),
    );
  };
  return (
    <IconButton
      icon={following ? 'bell' : 'bellOff'}
      label={following ? t.unfollow : t.follow}
      data-testid="follow-thread"
      data-state={following ? 'on' : 'off'}
      onClick={change}
    />
  );
}

/** On a narrow screen the thread goes away for it. */
function showRoot(room: Room, root: number): void {
  if (narrow.peek()) navigate(messagePath(room.id, root));
  else room.goTo(root).catch((error: unknown) => toast(sentence(error), { bad: true }));
}

function close(room: Room): void {
  leaveFor(roomPath(room.id));
}

/** The keyboard goes into the thread, and back to where it was. */
function useFocus(root: number): void {
  useEffect(() => {
    const before = document.activeElement;
    const row = before?.closest<HTMLElement>('[data-client-id]');
    const panel = () => document.querySelector<HTMLElement>('[data-testid="thread"]');
    if (narrow.peek() || touch.peek()) {
      panel()?.querySelector<HTMLElement>('[data-testid="close-thread"]')?.focus();
    } else {
      queueMicrotask(() => panel()?.querySelector<HTMLElement>('.composer-field')?.focus());
    }
    return () => {
      const lost = document.activeElement === document.body || panel()?.contains(document.activeElement);
      if (!lost && panel() !== null) return;
      queueMicrotask(() => {
        if (before instanceof HTMLElement && before.isConnected && before !== document.body) before.focus();
        // What was pressed beside the message is there only while the focus is in it.
        else row?.focus();
        if (document.activeElement === document.body) focusComposer();
      });
    };
  }, [root]);
}
