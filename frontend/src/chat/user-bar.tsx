import { signOut } from '../model/session';
import { openSettings } from '../model/settings-place';
import { toast } from '../model/toasts';
import { texts } from '../texts';
import { Avatar } from '../view/avatar';
import { Menu, type MenuItem } from '../view/menu';
import { useChat } from './context';
import { dialog } from './ui';

const t = texts.menu;

/** My own presence and the menu about me, at the foot of the sidebar. */
export function UserBar() {
  const chat = useChat();
  const { me, connection } = chat;
  const { phase, transport, shared } = connection.state.value;
  const online = phase === 'listening';
  const items: MenuItem[] = [
    { label: t.settings, icon: 'sliders', testid: 'settings', run: openSettings },
    { label: t.signOut, icon: 'leave', testid: 'sign-out', run: () => leave(chat.unsent) },
  ];
  if (chat.may('manage-members')) {
    items.unshift({ label: t.manage, icon: 'people', testid: 'people', run: () => open('manage-people') });
  }
  if (chat.may('invite')) {
    items.unshift({ label: t.invites, icon: 'addPerson', testid: 'invites', run: () => open('invites') });
  }
  return (
    <footer class="user-bar">
      <Menu label={t.label} named testid="user-menu" class="user-button" items={items}>
        <span class="avatar-with-presence">
          <Avatar id={me.id} name={me.display_name} />
          <span class="presence" data-online={online} aria-hidden="true" />
        </span>
        <span class="user-name" dir="auto">
          {me.display_name}
        </span>
        <span
          class="user-state"
          data-testid="connection-state"
          data-phase={phase}
          data-transport={transport ?? 'none'}
          data-shared={shared}
        >
          {online ? texts.connection.online : texts.connection.connecting}
        </span>
      </Menu>
    </footer>
  );
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
