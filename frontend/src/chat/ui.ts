/** What of the chat page is open. */
import { computed, signal } from '@preact/signals';
import type { Section } from '../api/attention-records';
import type { Author, Message } from '../api/records';
import type { Room } from '../model/room';
import { settingsPlace } from '../model/settings-place';
import { store, stored } from '../model/storage';
import type { Place } from '../view/dialog';
import { asked } from './emoji/pick';
import { closePopup } from './popup';

export type OpenDialog =
  | {
      readonly name:
        | 'create-room'
        | 'browse'
        | 'new-message'
        | 'invites'
        | 'manage-people'
        | 'status'
        | 'sign-out';
    }
  | { readonly name: 'profile'; readonly user: Author; readonly place: Place }
  | {
      readonly name: 'add-people' | 'room-settings' | 'room-order' | 'reports' | 'leave';
      readonly room: Room;
    }
  | { readonly name: 'suspend'; readonly user: Author }
  /** The wordings that a message has had. */
  | { readonly name: 'revisions'; readonly room: Room; readonly number: number }
  /** Who has seen a message. */
  | { readonly name: 'seen'; readonly room: Room; readonly number: number }
  | { readonly name: 'forward'; readonly room: Room; readonly message: Message }
  | { readonly name: 'switcher' | 'shortcuts' }
  /** A new one when `section` is null, with the room `first` in it if there is one. */
  | { readonly name: 'section'; readonly section: Section | null; readonly first: Room | null }
  | { readonly name: 'delete-section'; readonly section: Section }
  | { readonly name: 'room-hand-over'; readonly room: Room; readonly user: Author }
  | {
      readonly name: 'moderate';
      readonly act: ModerationAct;
      readonly room: Room;
      readonly user: Author;
      /** Of the message that it is about. */
      readonly number: number | null;
    };

/** What is asked about before it is done. */
export type ModerationAct = 'report' | 'purge' | 'mute' | 'remove' | 'ban';

export const dialog = signal<OpenDialog | null>(null);

/** Something stands over the page and takes what is typed. */
export function dialogOpen(): boolean {
  return dialog.peek() !== null || settingsPlace.peek() !== null || asked.peek() !== null;
}

export function closeDialog(): void {
  dialog.value = null;
}

/** Closes whatever stands over the page: it belongs to who was here before. */
export function closeAll(): void {
  closeDialog();
  closePopup();
  asked.peek()?.answer(null);
}

/** Opens the card of somebody beside what was clicked. */
export function showProfile(user: Author, beside: Element): void {
  const { left, right, top } = beside.getBoundingClientRect();
  dialog.value = { name: 'profile', user, place: { left, right, top } };
}

/** What stands beside the room, unless that is a thread. */
const side = signal<'members' | 'pins' | null>(null);

export const membersShown = computed(() => side.value === 'members');

export function showMembers(shown: boolean): void {
  if (shown || membersShown.peek()) side.value = shown ? 'members' : null;
  store('members', shown ? 'shown' : null);
}

export const pinsShown = computed(() => side.value === 'pins');

export function showPins(shown: boolean): void {
  if (shown || pinsShown.peek()) side.value = shown ? 'pins' : null;
}

/** The side panel comes back with the page where there is space for it. */
export function restorePanels(narrow: boolean): void {
  side.value = !narrow && stored('members') === 'shown' ? 'members' : null;
}
