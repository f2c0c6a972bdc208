import { useSignalEffect } from '@preact/signals';
import { lazy } from '../../view/lazy';
import { useChat } from '../context';
import { ProfileCard } from '../profile-card';
import { closeDialog, dialog } from '../ui';
import { LeaveDialog } from './leave';
import { SignOutDialog } from './sign-out';

export const MoreDialogs = lazy(async () => (await import('./more-dialogs')).MoreDialogs, closeDialog);

/** The dialog that is open, if any. Those that end something are there without asking the server. */
export function Dialogs() {
  useGoneRoom();
  const open = dialog.value;
  if (open === null) return null;
  switch (open.name) {
    case 'profile':
      return <ProfileCard user={open.user} place={open.place} />;
    case 'leave':
      return <LeaveDialog room={open.room} onClose={closeDialog} />;
    case 'sign-out':
      return <SignOutDialog onClose={closeDialog} />;
    default:
      return <MoreDialogs open={open} />;
  }
}

/** What is about a room goes with it: nothing can be done there any more, and the page tells what became of it. */
function useGoneRoom(): void {
  const chat = useChat();
  useSignalEffect(() => {
    const open = dialog.value;
    if (open && 'room' in open && !chat.rooms.value.has(open.room.id)) closeDialog();
  });
}
