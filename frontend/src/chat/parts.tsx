/** The parts of the chat that are loaded when they are first needed, or when nothing else is to be done. */
import { loadPart } from '../load-part';
import { signal } from '@preact/signals';
import { settingsPlace, closeSettings } from '../model/settings-place';
import { ConnectionPage, FrontPage } from '../pages/parts';
import { later, lazy } from '../view/lazy';
import { closePopup } from './popup';
import { refuseEmoji } from './emoji/pick';
import { closeDialog, showMembers, showPins } from './ui';

const nothing = () => {};

export const OpenDialog = lazy(
  async () => (await loadPart('open-dialog', () => import('./dialogs/open-dialog'))).OpenDialog,
  closeDialog,
);

export const Switcher = lazy(
  async () => (await loadPart('switcher', () => import('./dialogs/switcher'))).Switcher,
  closeDialog,
);

export const Shortcuts = lazy(
  async () => (await loadPart('shortcuts', () => import('./dialogs/shortcuts'))).ShortcutsDialog,
  closeDialog,
);

export const PopupContents = lazy(
  async () => (await loadPart('popup-contents', () => import('./popup-contents'))).PopupContents,
  closePopup,
);

export const UnreadPage = lazy(
  async () => (await loadPart('unread-page', () => import('./unread-page'))).UnreadPage,
  nothing,
);

export const MembersPanel = lazy(
  async () => (await loadPart('members-panel', () => import('./members-panel'))).MembersPanel,
  () => showMembers(false),
);

export const ThreadPanel = lazy(
  async () => (await loadPart('thread-panel', () => import('./thread-panel'))).ThreadPanel,
  nothing,
);

export const ThreadsPage = lazy(
  async () => (await loadPart('threads-page', () => import('./threads-page'))).ThreadsPage,
  nothing,
);
export const PinsPanel = lazy(
  async () => (await loadPart('pins-panel', () => import('./pins-panel'))).PinsPanel,
  () => showPins(false),
);

export const SavedPage = lazy(
  async () => (await loadPart('saved-page', () => import('./saved-page'))).SavedPage,
  nothing,
);

export const SeenLine = lazy(
  async () => (await loadPart('seen-line', () => import('./seen-line'))).SeenLine,
  nothing,
  nothing,
);

export const ForwardDialog = lazy(
  async () => (await loadPart('forward', () => import('./dialogs/forward'))).ForwardDialog,
  closeDialog,
);

export const OutsideRoom = lazy(
  async () => (await loadPart('outside-room', () => import('./outside-room'))).OutsideRoom,
  nothing,
);

export const DecisionList = lazy(
  async () => (await loadPart('decision-list', () => import('./decision-list'))).DecisionList,
  nothing,
);

const OpenSettings = lazy(
  async () => (await loadPart('settings-dialog', () => import('./settings/settings-dialog'))).SettingsDialog,
  closeSettings,
);

/** What can be done about messages and people. */
export const moderationItems = later(() => loadPart('moderation-items', () => import('./moderation-items')));

/** Completes what is typed, and knows the keys that mark words. */
export const Assist = lazy(
  async () => (await loadPart('assist', () => import('./composing/assist'))).Assist,
  nothing,
  nothing,
);
/** The first message is on the screen, or somebody has begun to write. */
export const assistWanted = signal(false);

/** What is done by a message that begins with a slash. */
export const commands = later(() => loadPart('commands', () => import('./composing/commands')));

export const EmojiPicker = lazy(
  async () => (await loadPart('picker', () => import('./emoji/picker'))).EmojiPicker,
  refuseEmoji,
);

export function SettingsDialog() {
  return settingsPlace.value === null ? null : <OpenSettings />;
}

/** What can be done with a message: its actions, and where they are chosen. */
export const messageTools = later(() => loadPart('message-tools', () => import('./message-tools')));

export const MessageBar = lazy(
  async () => (await loadPart('message-tools', () => import('./message-tools'))).MessageBar,
  nothing,
  nothing,
);

export const OpenMessageMenu = lazy(
  async () => (await loadPart('message-tools', () => import('./message-tools'))).OpenMessageMenu,
  nothing,
  nothing,
);

/** All of them: without the server each has to be there, and the settings tell why it cannot be reached. */
export const parts = [
  {
    fetch: async () => {
      assistWanted.value = true;
    },
  },
  FrontPage, // whose session ends sees it at once
  OpenSettings,
  OpenDialog,
  moderationItems,
  messageTools,
  MessageBar,
  OpenMessageMenu,
  MembersPanel,
  DecisionList,
  OutsideRoom,
  ThreadPanel,
  ThreadsPage,
  Switcher,
  Shortcuts,
  PopupContents,
  UnreadPage,
  PinsPanel,
  SavedPage,
  SeenLine,
  ForwardDialog,
  commands,
  EmojiPicker,
  ConnectionPage,
];
