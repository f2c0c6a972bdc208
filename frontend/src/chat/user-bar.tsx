import { useSignal } from '@preact/signals';
import { mayAdminister } from '../administration/may';
import type { Chat } from '../model/chat';
import { navigate } from '../model/router';
import { signOut } from '../model/session';
import { openSettings } from '../model/settings-place';
import { toast } from '../model/toasts';
import { texts } from '../texts';
import { Avatar } from '../view/avatar';
import { Dot } from '../view/dot';
import { Menu, type MenuItem } from '../view/menu';
import { useChat } from './context';
import { stateItems } from './own-state';
import { StatusEmoji, untilWords } from './presence';
import { dialog } from './ui';

const t = texts.menu;

/** My own presence and the menu about me, at the foot of the sidebar. */
export function UserBar() {
  const chat = useChat();
  const { me, people, connection } = chat;
  const { phase, transport, shared } = connection.state.value;
  const unfolded = useSignal(false);
  const online = phase === 'listening';
  const state = people.shown(me.id);
  const words = untilWords(texts.presence.states[state], people.choice.until);
  return (
    <footer class="user-bar">
      <Menu
        label={t.label}
        named
        testid="user-menu"
        class="user-button"
        items={[...stateItems(chat, unfolded), ...accountItems(chat)]}
        onOpen={() => {
          unfolded.value = false;
        }}
      >
        <span class="avatar-with-presence">
          <Avatar id={me.id} name={me.display_name} />
          <Dot state={online ? state : 'offline'} named={false} />
        </span>
        <span class="user-name">
          <span class="user-words" dir="auto">
            {me.display_name}
          </span>
          <StatusEmoji id={me.id} />
        </span>
        <span
          class="user-state"
          data-testid="connection-state"
          data-phase={phase}
          data-transport={transport ?? 'none'}
          data-shared={shared}
        >
          {online ? words : texts.connection.connecting}
        </span>
      </Menu>
    </footer>
  );
}

function accountItems(chat: Chat): MenuItem[] {
  const items: MenuItem[] = [];
  if (chat.may('invite')) {
    items.push({ label: t.invites, icon: 'addPerson', testid: 'invites', run: () => open('invites') });
  }
  if (chat.may('manage-members')) {
    items.push({ label: t.manage, icon: 'people', testid: 'people', run: () => open('manage-people') });
  }
  if (mayAdminister(chat)) {
    const run = () => navigate('/administration');
    items.push({ label: t.administration, icon: 'shield', testid: 'administration', run });
  }
  items.push(
    { label: t.settings, icon: 'sliders', testid: 'settings', run: openSettings },
    { label: t.signOut, icon: 'leave', testid: 'sign-out', run: () => leave(chat.unsent.any) },
  );
  return items.map((item, i) => ({ ...item, apart: i === 0 }));
}

function open(name: 'manage-people' | 'invites' | 'sign-out'): void {
  dialog.value = { name };
}

function leave(unsent: boolean): void {
  if (unsent) open('sign-out');
  else void signOutNow();
}

export async function signOutNow(): Promise<void> {
  try {
    await signOut();
  } catch {
    toast(t.signOutFailed, { bad: true });
  }
}
