/** What of the chat page is open. */
import { signal } from '@preact/signals';
import type { Room } from '../model/room';
import { store, stored } from '../model/storage';

export type OpenDialog =
  | { readonly name: 'create-room' | 'browse' | 'new-message' | 'invites' | 'settings' | 'sign-out' }
  | { readonly name: 'add-people' | 'leave'; readonly room: Room };

export const dialog = signal<OpenDialog | null>(null);

export function closeDialog(): void {
  dialog.value = null;
}

export const membersShown = signal(false);

export function showMembers(shown: boolean): void {
  membersShown.value = shown;
  store('members', shown ? 'shown' : null);
}

/** The side panel comes back with the page where there is space for it. */
export function restorePanels(narrow: boolean): void {
  membersShown.value = !narrow && stored('members') === 'shown';
}
