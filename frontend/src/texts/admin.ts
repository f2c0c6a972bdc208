/** The texts for those who look after people and rooms. */
import { longDuration, some } from './words';

export const rolesTexts = { owner: 'owner', admin: 'admin', member: 'member', guest: 'guest' };

export const roomRolesTexts = { owner: 'room owner', moderator: 'moderator', member: 'member' };

export const roomSettingsTexts = {
  topic: 'Topic',
  topicHint: 'What is talked about now. It stands beside the room’s name.',
  kind: 'Who can find and join it',
  kinds: { public: 'Public', private: 'Private' },
  kindHints: {
    public: 'Everybody but guests finds it, joins it, and then reads everything in it.',
    private: 'Only people who are added see it.',
  },
  slowMode: 'Slow mode',
  slowModeHint: 'How long each person waits between two messages. Owners and moderators do not wait.',
  slowModes: (seconds: string) => (seconds === '0' ? 'Off' : longDuration(Number(seconds))),
  notices: 'Lines about people who join, leave, sign in and out',
  noticesHint: 'Everybody can choose to see less in their own settings.',
  noticeChoices: (choice: string) =>
    choice === 'show'
      ? 'As each person has chosen'
      : choice === 'condense'
        ? 'At most one line for all'
        : 'None',
  retention: 'Keep messages',
  retentionHint: 'Older ones are erased for good.',
  retentions: (days: string) =>
    days === 'null'
      ? 'As long as the workspace says'
      : days === '0'
        ? 'For ever'
        : some(Number(days), 'day', 'days'),
  asWorkspace: (days: number) =>
    `As long as the workspace says (${days === 0 ? 'for ever' : some(days, 'day', 'days')})`,
  isDefault: 'Everybody new comes into this room',
  isDefaultHint: 'Guests do not.',
  endings: 'Archive or delete',
  archive: 'Archive the room',
  archiveQuestion: (name: string) =>
    `Archive ${name}? Nobody writes in it any more. Everything stays readable, and you can take it back at any time.`,
  wasArchived: (name: string) => `${name} is archived.`,
  unarchive: 'Take it back from the archive',
  unarchiveQuestion: (name: string) => `Let people write in ${name} again?`,
  unarchived: (name: string) => `${name} is open again.`,
  delete: 'Delete the room',
  deleteQuestion: (name: string) =>
    `Delete ${name} with all its messages? It is gone for everybody at once. For seven days it can be brought back, after that nobody can.`,
  deleted: (name: string) => `${name} is deleted. For seven days it can be brought back.`,
  undo: 'Bring it back',
  undeleted: (name: string) => `${name} is there again.`,
  handOver: 'Hand the room over…',
  handOverQuestion: (name: string, room: string) => `Hand ${room} over to ${name}?`,
  handOverLead: (name: string) =>
    `${name} becomes room owner. You stay in it as a member; only a room owner can make you more again.`,
  handOverSubmit: 'Hand over',
  handedOver: (name: string, room: string) => `${name} is owner of ${room} now, and you are a member.`,
  writers: 'Who writes',
  states: {
    open: 'Everybody in the room',
    members: 'Everybody but guests',
    'read-only': 'Only owners and moderators',
  },
  submit: 'Save',
};

export const memberMenuTexts = {
  label: (name: string) => `What to do about ${name}`,
  make: { owner: 'Make room owner', moderator: 'Make moderator', member: 'Make member' },
  made: (name: string, role: string) => `${name} is now ${role} in this room.`,
};

export const manageTexts = {
  title: 'People',
  search: 'Find people',
  back: 'All people',
  open: (name: string) => `${name}: role and access`,
  deactivated: 'deactivated',
  noMatch: 'Nobody matches.',
  partly: (n: number) => `Looks through the ${some(n, 'person', 'people')} shown so far.`,
  failed: 'The people could not be loaded.',
  seen: (when: string) => `Last here ${when}`,
  never: 'Never here yet',
  role: 'Role in the workspace',
  roleHints: {
    owner: 'May do everything.',
    admin: 'Invites people, looks after members, guests and public rooms.',
    member: 'Sees everybody and all public rooms.',
    guest: 'Sees only the rooms they are in.',
  },
  changed: (name: string, role: string) => `${name} is now ${role}.`,
  onlyOwners: 'Only owners can change owners and admins.',
  access: 'Access',
  signOut: 'Sign out everywhere',
  signOutQuestion: (name: string) => `Sign ${name} out of all browsers and revoke their access tokens?`,
  signedOut: (name: string) => `${name} is signed out everywhere.`,
  deactivate: 'Deactivate',
  deactivateQuestion: (name: string) =>
    `Deactivate ${name}? They are signed out everywhere at once and cannot sign in. What they wrote stays.`,
  wasDeactivated: (name: string) => `${name} is deactivated.`,
  reactivate: 'Reactivate',
  reactivateQuestion: (name: string) => `Let ${name} sign in again, with the rooms they had?`,
  wasReactivated: (name: string) => `${name} can sign in again.`,
};

export const invitesTexts = {
  title: 'Invite people',
  lead: 'Whoever opens the link can create an account. Share it with people you trust.',
  as: 'They come as',
  kinds: { member: 'Member', guest: 'Guest' },
  kindHints: {
    member: 'Sees everybody and all public rooms.',
    guest: 'Sees only the rooms you choose, and the people in them.',
  },
  rooms: 'Rooms for the guest',
  findRoom: 'Find a room',
  chooseRoom: 'Choose at least one room.',
  noRooms: 'You are in no room that you may add people to. Create one first.',
  noMatch: 'No room matches.',
  create: 'Create invite link',
  lasts: 'Works for',
  days: (n: number) => some(n, 'day', 'days'),
  link: 'Invite link',
  copy: 'Copy link',
  copied: 'Link copied.',
  once: 'The link is shown only now. Later it can be taken back, but not shown again.',
  onlyHere:
    'This link works only on this machine. For others, open chatd under the machine’s name and make a link there, or start it with CHATD_PUBLIC_URL.',
  active: 'Open invites',
  none: 'No invite is open.',
  made: (date: string) => `Made ${date}`,
  forMember: 'For members',
  forGuest: (rooms: string) => `For guests in ${rooms}`,
  otherRooms: (n: number) => some(n, 'other room', 'other rooms'),
  until: (date: string) => `until ${date}`,
  uses: (n: number) => (n === 0 ? 'not used yet' : `used ${some(n, 'time', 'times')}`),
  revoke: 'Take back',
  revoked: 'The invite no longer works.',
  failed: 'The invites could not be loaded.',
};
