/** Every text of the page, in one place, ready to be translated. */
import type { EndReason } from './model/session';
import type { NoticeKind } from './model/notices';
import { count, listOf } from './model/format';

const plural = new Intl.PluralRules('en');

function some(n: number, one: string, other: string): string {
  return `${count(n)} ${plural.select(n) === 'one' ? one : other}`;
}

function duration(seconds: number): string {
  if (seconds < 120) return some(seconds, 'second', 'seconds');
  return some(Math.ceil(seconds / 60), 'minute', 'minutes');
}

/** Ana, Bo and 3 others */
function crowd(names: readonly string[]): string {
  if (names.length <= 4) return listOf(names);
  return listOf([...names.slice(0, 2), some(names.length - 2, 'other', 'others')]);
}

const ended: Record<EndReason, string> = {
  'signed-out': 'You are signed out.',
  elsewhere: 'You signed out in another tab, so this one is signed out too.',
  expired: 'Your session has ended. Sign in again to go on.',
  replaced: 'You signed in again in another tab. Sign in to go on here.',
  removed: 'An administrator has signed you out.',
  deactivated: 'Your account has been deactivated. Ask an owner of the workspace.',
};

const did: Record<NoticeKind, (who: string) => string> = {
  'signed-in': (who) => `${who} signed in`,
  'signed-out': (who) => `${who} signed out`,
  'went-offline': (who) => `${who} went offline`,
  join: (who) => `${who} joined`,
  leave: (who) => `${who} left`,
  added: (who) => `${who} ${who.includes(' and ') ? 'were' : 'was'} added`,
  removed: (who) => `${who} ${who.includes(' and ') ? 'were' : 'was'} removed`,
};

export const texts = {
  app: 'chatd',
  close: 'Close',
  cancel: 'Cancel',
  retry: 'Try again',
  loading: 'Loading…',
  skipToMessages: 'Skip to the messages',
  unreachableTitle: 'The server cannot be reached',
  unreachable: 'Check your connection. The server may also be starting; then it is back in a moment.',
  stoppedTitle: 'The connection was ended',
  reconnect: 'Connect again',
  notFoundTitle: 'There is nothing here',
  notFound: 'The address may be mistyped, or what was here is gone.',
  goHome: 'Go to the chat',
  ended,

  account: {
    workspace: 'Workspace name',
    workspaceHint: 'Your team, your club, your family.',
    displayName: 'Your name',
    displayNameHint: 'As others see it.',
    username: 'User name',
    usernameHint: 'Letters, digits, dots, hyphens and underscores.',
    email: 'E-mail',
    optional: 'optional',
    password: 'Password',
    passwordHint: 'At least 8 characters. A few words you can remember are good.',
    login: 'User name or e-mail',
    code: 'Set-up code',
    codeHint: 'chatd printed it when it started. It shows that this server is yours.',
    showPassword: 'Show password',
    hidePassword: 'Hide password',
  },

  setup: {
    title: 'Set up your workspace',
    lead: 'Two minutes, and people can talk.',
    yours: 'Your account',
    yoursHint: 'You will be the owner.',
    submit: 'Create workspace',
  },
  signIn: {
    title: (workspace: string) => (workspace === '' ? 'Sign in' : `Sign in to ${workspace}`),
    submit: 'Sign in',
    wrong: 'User name or password is wrong.',
    wait: (seconds: number) => `Too many tries. You can try again in ${duration(seconds)}.`,
    busy: (seconds: number) => `The server is busy. Trying again in ${duration(seconds)}.`,
    noAccount: 'No account yet? Ask somebody in the workspace for an invite link.',
  },
  invitation: {
    title: (workspace: string) => `Join ${workspace}`,
    lead: (name: string) => `${name} has invited you.`,
    submit: 'Create account',
    haveAccount: 'I have an account already',
    goneTitle: 'This invite no longer works',
    gone: 'It has expired or was taken back. Ask the person who sent it for a new one.',
    unknownTitle: 'This invite is not valid',
    unknown: 'The link may have been cut off on its way. Ask for it once more, or copy it whole.',
    signedInTitle: (name: string) => `You are signed in as ${name}`,
    signedIn: 'To use this invite for another account, sign out first.',
  },

  sidebar: {
    label: 'Rooms and people',
    rooms: 'Rooms',
    direct: 'Direct messages',
    createRoom: 'Create a room',
    browse: 'Browse rooms',
    newMessage: 'New message',
    noRooms: 'You are in no room yet.',
    noDirect: 'Write to somebody: only the two of you can read it.',
    unread: (n: number) => some(n, 'unread message', 'unread messages'),
    draft: 'Unsent draft',
    privateRoom: 'private room',
    online: 'online',
    offline: 'offline',
    you: 'you',
    back: 'All rooms',
  },
  menu: {
    label: 'Your account and settings',
    invites: 'Invite people',
    settings: 'Settings',
    signOut: 'Sign out',
    signOutFailed: 'You are still signed in: the server could not be reached. Try again.',
    signOutUnsent:
      'Some messages have not been sent yet. If you sign out now, they wait in this browser as drafts.',
    signOutAnyway: 'Sign out anyway',
  },

  room: {
    members: (n: number) => some(n, 'member', 'members'),
    showMembers: 'Members',
    more: 'Room menu',
    leave: 'Leave room',
    leaveTitle: (room: string) => `Leave ${room}?`,
    leavePrivate: 'This room is private: to come back, somebody in it has to add you.',
    leavePublic: 'You can join again at any time.',
    left: (room: string) => `You left ${room}.`,
    removed: 'You are no longer in this room.',
    notesToSelf: 'Notes to yourself',
    unknownTitle: 'This room cannot be opened',
    unknown: 'It does not exist, or it is private and you are not in it.',
    preview: (n: number) => `${some(n, 'person is', 'people are')} in this room.`,
    join: 'Join room',
    pickTitle: 'Pick a room',
    pick: 'Choose one on the left, or look at what there is.',
  },

  timeline: {
    label: 'Messages',
    loadingOlder: 'Loading earlier messages…',
    failed: 'The messages could not be loaded.',
    begin: (room: string) => `This is the beginning of ${room}`,
    beginDirect: (name: string) => `This is the beginning of your conversation with ${name}`,
    beginPublic: 'Everybody in the workspace can find and join this room.',
    beginPrivate: 'Only people who were added can see this room.',
    beginNotes: 'Only you can read what you write here.',
    empty: 'Nothing has been said yet. Say the first word.',
    unread: 'New',
    unreadLabel: 'New messages',
    jump: 'Jump to newest',
    jumpCount: (n: number) => some(n, 'new message', 'new messages'),
    sending: 'Sending…',
    failedNoAnswer: 'Not sent: the server could not be reached.',
    retry: 'Retry',
    remove: 'Delete',
    did: (kind: NoticeKind, names: readonly string[]) => did[kind](crowd(names)),
    didBy: (text: string, actor: string) => `${text} by ${actor}`,
    opensNewTab: 'Opens in a new tab',
  },

  composer: {
    label: (room: string) => `Message ${room}`,
    send: 'Send',
    sendHint: 'Send (Enter)',
    left: (n: number) => `${count(n)} left`,
    tooLong: (n: number) => `${some(n, 'character', 'characters')} too long. Send it in two messages.`,
  },

  members: {
    title: 'Members',
    online: (n: number) => `Online · ${count(n)}`,
    offline: (n: number) => `Offline · ${count(n)}`,
    add: 'Add people',
    message: (name: string) => `Message ${name}`,
    roomOwner: 'room owner',
    owner: 'owner',
    admin: 'admin',
    guest: 'guest',
    failed: 'The members could not be loaded.',
  },

  createRoom: {
    title: 'Create a room',
    name: 'Name',
    nameHint: 'Short and clear, like “design” or “book club”.',
    description: 'What is it about?',
    kind: 'Who can join?',
    public: 'Public',
    publicHint: 'Everybody in the workspace can find it and join.',
    private: 'Private',
    privateHint: 'Only people who are added can see it.',
    submit: 'Create room',
  },
  browse: {
    title: 'Browse rooms',
    search: 'Find a room',
    open: 'Open',
    join: 'Join',
    members: (n: number) => some(n, 'member', 'members'),
    empty: 'There is no public room yet.',
    noMatch: 'No room matches.',
    failed: 'The rooms could not be loaded.',
  },
  people: {
    newTitle: 'New message',
    addTitle: (room: string) => `Add people to ${room}`,
    search: 'Find people',
    start: 'Start conversation',
    add: 'Add',
    added: (names: readonly string[], room: string) => `${listOf(names)} can now read ${room}.`,
    remove: (name: string) => `Take ${name} off the list`,
    noMatch: 'Nobody matches.',
    nobody: 'Everybody is here already.',
    most: (n: number) =>
      `A conversation can have up to ${some(n, 'other person', 'other people')}. For more, create a room.`,
    you: 'you',
  },
  invites: {
    title: 'Invite people',
    lead: 'Whoever opens the link can create an account. Share it with people you trust.',
    create: 'Create invite link',
    lasts: 'Works for',
    days: (n: number) => some(n, 'day', 'days'),
    link: 'Invite link',
    copy: 'Copy link',
    copied: 'Link copied.',
    copyByHand: 'The link is selected: copy it with your keyboard.',
    once: 'The link is shown only now. Later it can be taken back, but not shown again.',
    onlyHere:
      'This link works only on this machine. For others, open chatd under the machine’s name and make a link there, or start it with CHATD_PUBLIC_URL.',
    active: 'Open invites',
    none: 'No invite is open.',
    until: (date: string) => `until ${date}`,
    made: (date: string) => `Made ${date}`,
    uses: (n: number) => (n === 0 ? 'not used yet' : `used ${some(n, 'time', 'times')}`),
    revoke: 'Take back',
    revoked: 'The invite no longer works.',
    failed: 'The invites could not be loaded.',
  },
  settings: {
    title: 'Settings',
    theme: 'Appearance',
    themes: { system: 'Like the system', light: 'Light', dark: 'Dark' },
    connection: 'Connection',
    transport: 'How news reach this page',
    transports: { auto: 'Automatic', iframe: 'Stream', 'long-poll': 'Long polling' },
    transportHints: {
      auto: 'Measures what your network lets through.',
      iframe: 'One answer that never ends. The fastest.',
      'long-poll': 'Asks again and again. Works everywhere.',
    },
    state: 'State',
    used: 'In use',
    roundTrip: 'Round trip',
    lastEvent: 'Last sign of life',
    never: 'none yet',
    unknown: 'not known',
    milliseconds: (n: number) => `${count(Math.round(n))} ms`,
    ago: (seconds: number) => (seconds < 1 ? 'just now' : `${duration(seconds)} ago`),
    phases: {
      null: 'not connected',
      ready: 'connecting',
      joined: 'connecting',
      listening: 'connected',
      error: 'interrupted',
      abort: 'ended',
    },
    kinds: { iframe: 'stream', 'long-poll': 'long polling', poll: 'polling' },
  },
  connection: {
    connecting: 'Connecting…',
    online: 'Online',
    offline: 'You are offline. What you write is kept and sent when you are back.',
    lost: 'The connection is interrupted. What you write is sent when it is back.',
    retryIn: (seconds: number) => `Next try in ${duration(seconds)}.`,
    trying: 'Trying now…',
    tryNow: 'Try now',
  },
  errors: {
    unreachable: 'The server could not be reached. Check your connection and try again.',
    unexpected: 'Something went wrong on the server. Try again in a moment.',
    empty: 'Fill this in.',
  },
};
