/** The texts of the menus of a room and of a section. */
import type { Silence } from '../model/silence';

const ends: Record<Silence, string> = {
  hour: 'For one hour',
  tomorrow: 'Until tomorrow',
  week: 'Until next week',
  always: 'Until I end it',
};

export const roomMenuTexts = {
  menu: (room: string) => `Menu of ${room}`,
  bellMenu: (room: string) => `Notifications of ${room}`,
  sectionMenu: (section: string) => `Menu of ${section}`,
  markRead: 'Mark as read',
  markReadHint: 'Esc, in the room',
  level: 'Notifications',
  levels: {
    everything: 'All messages',
    mentions: 'Mentions only',
    nothing: 'Nothing',
  },
  levelHints: {
    everything: 'Bold when something is unread.',
    mentions: 'Other messages are not shown as unread.',
    nothing: 'Dim, whatever is said.',
  },
  silence: 'Silence',
  ends,
  unsilence: 'End the silence',
  silencedFor: (until: string | null) =>
    until === null ? 'Silenced until you end it' : `Silenced until ${until}`,
  favourite: 'Add to favourites',
  unfavourite: 'Remove from favourites',
  move: 'Move to a section',
  noSection: 'No section',
  newSection: 'New section…',
  copyLink: 'Copy link',
  linkCopied: 'The link is copied.',
  linkIs: (link: string) => `The browser does not let the page copy. The link is ${link}`,
  leave: 'Leave room',
  renameSection: 'Rename',
  moveUp: 'Move up',
  moveDown: 'Move down',
  deleteSection: 'Delete section',
  markSectionRead: 'Mark all as read',

  newTitle: 'New section',
  renameTitle: 'Rename the section',
  name: 'Name',
  nameHint: 'Only you see your sections.',
  create: 'Create section',
  rename: 'Rename',
  deleteTitle: (section: string) => `Delete the section ${section}?`,
  deleteAbout: 'Its rooms go back to where they were. You stay in all of them.',
};
