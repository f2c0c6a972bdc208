/** The texts of the settings. */
import type { NoticesChoice } from '../api/presence-records';
import { count } from '../model/format';
import { duration, some } from './words';

export const settingsTexts = {
  title: 'Settings',
  sectionsLabel: 'Parts of the settings',
  back: 'All settings',
  save: 'Save',
  saved: 'Saved.',
  unchanged: 'Nothing has been changed.',
  sections: {
    appearance: 'Appearance',
    notifications: 'Notifications',
    notices: 'Notices',
    connection: 'Connection',
    account: 'Account',
    password: 'Password',
    sessions: 'Signed-in browsers',
    tokens: 'Access tokens',
  },
  theme: 'Colours',
  themes: { system: 'Like the system', light: 'Light', dark: 'Dark' },
  transport: 'How news reach this page',
  transports: { auto: 'Automatic', iframe: 'Stream', 'long-poll': 'Long polling' },
  transportHints: {
    auto: 'Measures what your network lets through.',
    iframe: 'One answer that never ends. The fastest.',
    'long-poll': 'Asks again and again. Works everywhere.',
  },
  facts: 'At this moment',
  state: 'State',
  used: 'In use',
  keptBy: 'Kept open by',
  roundTrip: 'Round trip',
  lastEvent: 'Last sign of life',
  node: 'Server',
  found: 'What was found',
  never: 'none yet',
  unknown: 'not known',
  milliseconds: (n: number) => `${count(Math.round(n))} ms`,
  ago: (seconds: number) => (seconds < 1 ? 'just now' : `${duration(seconds)} ago`),
  since: (state: string, when: string) => `${state} since ${when}`,
  phases: {
    null: 'not connected',
    ready: 'connecting',
    joined: 'connecting',
    listening: 'connected',
    error: 'interrupted',
    abort: 'ended',
  },
  kinds: {
    iframe: 'stream',
    'long-poll': 'long polling',
    poll: 'asking every few seconds, because other tabs hold as many connections as a browser may',
  },
  thisTab: 'this tab',
  otherTab: 'another tab of this browser, which passes everything on to this one',
  obstacles: {
    buffered: (when: string) =>
      `At ${when} a stream was held back on its way, as some proxies and virus scanners do.`,
    'died-early': (when: string) => `At ${when} streams were cut off again and again within a few seconds.`,
    silent: (when: string) => `At ${when} streams fell silent, though other requests went through.`,
  },
  noObstacle: 'Nothing stands in the way of a stream.',
  notMeasured: 'Nothing yet.',
  pollsUntil: (when: string) => `Long polling is used until ${when}; then a stream is tried again.`,
  worksNow: 'Since then a stream has come through.',
  forced: 'Your choice above is used, whatever was found.',
  measure: 'Measure again',
  measured: (took: string) => `The server answered in ${took}.`,
  unmeasured: 'The server did not answer. The connection is tried again.',

  account: {
    username: 'User name',
    usernameHint: 'You sign in with your user name. It stays the same.',
    role: 'Role in the workspace',
    emailHint: 'You can sign in with it too. Only owners and admins see it.',
    confirm: 'Your password',
    confirmHint: 'To change the e-mail address.',
    failed: 'Your account could not be loaded.',
  },

  password: {
    lead: 'All other browsers in which you are signed in are signed out. This one stays.',
    current: 'Current password',
    next: 'New password',
    submit: 'Change password',
    done: 'Your password is changed.',
    ended: (n: number) =>
      n === 0
        ? 'No other browser was signed in.'
        : `${some(n, 'other browser was', 'other browsers were')} signed out.`,
    tokens: (n: number) =>
      n === 1 ? '1 access token stays valid.' : `${count(n)} access tokens stay valid.`,
    toTokens: 'Look at the access tokens',
  },

  sessions: {
    lead: 'Where you are signed in. Sign out what you do not recognise, then change your password.',
    current: 'This browser',
    unknownDevice: 'Unknown browser',
    kinds: { phone: 'Phone', plain: 'Plain page', api: 'Program' },
    connected: 'Connected',
    connectedAway: 'Connected, away',
    transports: {
      iframe: 'stream',
      'long-poll': 'long polling',
      poll: 'asking now and then',
      plain: 'plain page',
    },
    notConnected: 'Not connected',
    begun: (when: string) => `Signed in ${when}`,
    used: (when: string, address: string) =>
      address === '' ? `Last used ${when}` : `Last used ${when} from ${address}`,
    end: 'Sign out',
    endLabel: (device: string) => `Sign out ${device}`,
    endQuestion: (device: string) => `Sign out ${device}? What it has not sent waits there as drafts.`,
    ended: 'That browser is signed out.',
    endOthers: 'Sign out all others',
    endOthersQuestion: (n: number) => `Sign out ${some(n, 'other browser', 'other browsers')}?`,
    endedOthers: 'All other browsers are signed out.',
    alone: 'You are signed in nowhere else.',
    failed: 'The browsers could not be loaded.',
  },

  tokens: {
    lead: 'For scripts and bots: who has a token acts in your name. Treat it like a password.',
    create: 'Create token',
    createTitle: 'New token',
    name: 'Name',
    nameHint: 'What it is for, like “backup script”.',
    scope: 'It may',
    scopes: { read: 'read', 'read-write': 'read and write' },
    scopeHints: { read: 'Rooms, messages and people.', 'read-write': 'Post messages too.' },
    lasts: 'Works for',
    lifetime: (days: number) => (days === 365 ? '1 year' : some(days, 'day', 'days')),
    made: (name: string) => `“${name}” is ready.`,
    once: 'Copy it now: it is not shown again.',
    secret: 'Access token',
    copy: 'Copy token',
    copied: 'Token copied.',
    example: 'Try it in a terminal',
    copyExample: 'Copy command',
    exampleCopied: 'Command copied.',
    hello: 'Hello from a script',
    yours: 'Your tokens',
    none: 'You have no access token.',
    may: (scope: string) => `May ${scope}`,
    until: (date: string) => `until ${date}`,
    expired: (date: string) => `expired ${date}`,
    created: (date: string) => `Made ${date}`,
    used: (when: string) => `last used ${when}`,
    unused: 'never used',
    revoke: 'Revoke',
    revokeLabel: (name: string) => `Revoke ${name}`,
    revokeQuestion: (name: string) => `Revoke “${name}”? Whatever uses it stops working at once.`,
    revoked: 'The token no longer works.',
    failed: 'The tokens could not be loaded.',
  },

  workspace: {
    name: 'Name of the workspace',
    signUp: 'Who can make an account?',
    signUps: { invite: 'People with an invite', open: 'Everybody' },
    signUpHints: {
      invite: 'Owners and admins make the links.',
      open: 'Whoever can open this page. They become members and see all public rooms.',
    },
  },
};

const notices: Record<NoticesChoice, string> = {
  show: 'Show each',
  condense: 'Condense',
  hide: 'Hide',
};

export const noticesTexts = {
  legend: 'When people come and go',
  choices: notices,
  hints: {
    show: 'A line for everybody who signs in or out, joins or leaves.',
    condense: 'One line for all that follow each other: “Ana, Bo and 3 others signed in”.',
    hide: 'No lines. The dots beside the names tell who is here.',
  } satisfies Record<NoticesChoice, string>,
  also: 'It holds for all your browsers.',
};
