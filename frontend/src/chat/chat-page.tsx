import { untracked, useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Chat } from '../model/chat';
import { gathering, type Route, roomPath } from '../model/route';
import { hash, navigate, route } from '../model/router';
import { settingsPlace } from '../model/settings-place';
import { texts } from '../texts';
import { showFavicon } from '../view/favicon';
import { useDerived } from '../view/derived';
import { fetchWhenIdle } from '../view/lazy';
import { narrow } from '../view/media';
import { Toasts } from '../view/toasts';
import { ChatContext } from './context';
import { Dialogs } from './dialogs/dialogs';
import { EmojiPicker, MembersPanel, PinsPanel, parts, SettingsDialog, ThreadPanel } from './parts';
import { asked } from './emoji/pick';
import { RoomPane } from './room-pane';
import { roomTitle } from './room-title';
import { useShortcutKeys } from './shortcuts';
import { Sidebar } from './sidebar';
import { useSwipeBack } from './swipe';
import { useAlerts } from './use-alerts';
import { useMoving } from './use-shortcuts';
import { arrive, comesBack } from './jump';
import { bringPlace, keepPlace } from './left-place';
import { closeAll, dialog, membersShown, pinsShown, restorePanels } from './ui';

export function ChatPage({ chat }: { chat: Chat }) {
  useRoute(chat);
  useTitle(chat);
  useShortcutKeys();
  useMoving(chat);
  useAlerts(chat);
  const ref = useSwipeBack();
  usePartsLater(chat);
  const room = chat.openRoom.value;
  const thread = openThread();
  const panel = thread !== null ? 'thread' : membersShown.value ? 'members' : pinsShown.value ? 'pins' : null;
  return (
    <ChatContext.Provider value={chat}>
      <div
        ref={ref}
        class="chat"
        data-pane={pane(room && panel)}
        data-panel={(room && panel) ?? undefined}
        data-testid="chat"
      >
        {(room !== null || !narrow.value) && (
          <a class="skip-link" href="#messages">
            {texts.skipToMessages}
          </a>
        )}
        <Sidebar />
        <RoomPane />
        {room && thread !== null && <ThreadPanel key={`${room.id}/${thread}`} room={room} root={thread} />}
        {room && panel === 'members' && <MembersPanel key={room.id} room={room} />}
        {room && panel === 'pins' && <PinsPanel key={room.id} room={room} />}
      </div>
      <Dialogs />
      <SettingsDialog />
      {asked.value && <EmojiPicker key={asked.value} asked={asked.value} />}
      {dialog.value === null && settingsPlace.value === null && <Toasts />}
    </ChatContext.Provider>
  );
}

/** Once the room is on the screen, everything else is loaded: an effect runs after what it belongs to was painted. */
function usePartsLater(chat: Chat): void {
  const shown = useDerived(() => {
    const room = chat.openRoom.value;
    if (room) return ['ready', 'failed'].includes(room.history.state.value);
    // Where the address leads to a room, that is opened in a moment.
    const { name } = route.value;
    return name === 'room' ? chat.openId.value !== null : name !== 'home' || narrow.value;
  }, [chat]);
  useEffect(() => {
    if (shown) fetchWhenIdle(...parts);
  }, [shown]);
}

/** The number of the root of the thread that the address names. */
function openThread(): number | null {
  return route.value.name === 'room' ? route.value.thread : null;
}

/** What stands beside the room. */
type Panel = 'members' | 'pins' | 'thread';

/** Which pane a narrow screen shows. */
function pane(panel: Panel | null): 'list' | 'room' | Panel {
  if (route.value.name !== 'room' && !gathering(route.value.name)) return 'list';
  return panel ?? 'room';
}

/** The address decides which room is open; without one, the last room reopens. */
function useRoute(chat: Chat): void {
  let arrived: Route | null = null;
  useEffect(() => {
    restorePanels(narrow.peek());
    closeAll();
    if (route.peek().name === 'home') toLastRoom(chat);
    bringPlace();
    const leave = () => keepPlace(chat.openRoom.peek());
    addEventListener('pagehide', leave);
    return () => {
      removeEventListener('pagehide', leave);
      // Nobody looks at a room while another page is shown.
      chat.open(null);
    };
  }, [chat]);
  useSignalEffect(() => {
    const here = route.value;
    if (here.name === 'home' && !narrow.value && toLastRoom(chat)) return;
    const wanted = here.name === 'room' ? here.message : null;
    chat.open(here.name === 'room' ? here.id : null, { load: wanted === null && !comesBack() });
    const room = chat.openRoom.value;
    if (room && arrived !== here) {
      arrived = here;
      untracked(() => arrive(room, wanted));
    }
  });
}

function toLastRoom(chat: Chat): boolean {
  const last = chat.lastRoom;
  // What the address puts over the page stays there.
  if (last) navigate(`${roomPath(last.id)}${hash.peek()}`, { replace: true });
  return last !== null;
}

/** (3) Room · Workspace */
function useTitle(chat: Chat): void {
  useSignalEffect(() => {
    const room = chat.openRoom.value;
    const unread = chat.unread.value;
    const workspace = chat.workspace.value.name;
    const place = room ? `${roomTitle(room, chat.people)} · ${workspace}` : workspace;
    document.title = unread > 0 ? `(${unread}) ${place}` : place;
    showFavicon(unread > 0);
  });
}
