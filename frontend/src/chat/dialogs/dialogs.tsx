import { useSignalEffect } from '@preact/signals';
import { useChat } from '../context';
import { OpenDialog } from '../parts';
import { closeDialog, dialog } from '../ui';

/** The dialog that is open, if any. */
export function Dialogs() {
  useGoneRoom();
  const open = dialog.value;
  // Another one is never taken for the one before, though it may have the same name.
  return open && <OpenDialog key={open} open={open} />;
}

/** What is about a room goes with it: nothing can be done there any more, and the page tells what became of it. */
function useGoneRoom(): void {
  const chat = useChat();
  useSignalEffect(() => {
    const open = dialog.value;
    if (open && 'room' in open && !chat.rooms.value.has(open.room.id)) closeDialog();
  });
}
