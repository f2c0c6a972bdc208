/** The texts about who is here, and about what one says of oneself. */
import type { NoticesChoice } from '../api/presence-records';
import type { PresenceEnd, StatusEnd } from '../model/ends';
import type { ShownState } from '../model/people';
import { count, listOf } from '../model/format';
import { some } from './words';

const states: Record<ShownState, string> = {
  online: 'Online',
  away: 'Away',
  'do-not-disturb': 'Do not disturb',
  offline: 'Offline',
  invisible: 'Invisible',
};

const presenceEnds: Record<PresenceEnd, string> = {
  'half-hour': 'For 30 minutes',
  hour: 'For 1 hour',
  tomorrow: 'Until tomorrow',
  none: 'Until I change it',
};

const statusEnds: Record<StatusEnd, string> = {
  none: 'Don’t clear',
  'half-hour': '30 minutes',
  hour: '1 hour',
  'four-hours': '4 hours',
  today: 'Today',
  week: 'This week',
};

export const presence = {
  states,
  until: (when: string) => `until ${when}`,
  lastSeen: (when: string) => `Last seen ${when}`,
  status: (emoji: string, text: string) => [emoji, text].filter(Boolean).join(' '),
};

export const ownPresence = {
  automatic: 'Automatic',
  automaticHint: 'Away after 5 minutes',
  doNotDisturb: 'Do not disturb',
  ends: presenceEnds,
  invisible: 'Invisible',
  invisibleHint: 'You look offline. What you write still shows.',
  setStatus: 'Set a status',
  editStatus: 'Edit status',
};

export const status = {
  title: 'Your status',
  emoji: 'Emoji',
  text: 'What is your status?',
  palette: 'Pick an emoji',
  other: 'Or type an emoji',
  noEmoji: 'No emoji',
  suggestions: 'Suggestions',
  clearAfter: 'Clear after',
  ends: statusEnds,
  /** As it is at present. */
  kept: (when: string) => `Unchanged: until ${when}`,
  /** That time has come while the dialog is open. */
  over: 'The time that was set has passed. Choose when to clear it now.',
  clear: 'Clear status',
  save: 'Save',
  saved: 'Your status is set.',
  cleared: 'Your status is cleared.',
  /** In the order of the list in model/status.ts. */
  suggested: ['In a meeting', 'On the way', 'Lunch', 'Working from home', 'Out sick', 'On holiday'],
  notOne: 'Use one emoji, or none.',
};

export const profile = {
  open: (name: string) => `Profile of ${name}`,
  you: 'you',
  localTime: (time: string) => `${time} local time`,
  same: 'same time as yours',
  ahead: (hours: string) => `${hours} ahead of you`,
  behind: (hours: string) => `${hours} behind you`,
  hours: (minutes: number) => {
    const whole = Math.floor(minutes / 60);
    const rest = minutes % 60;
    const parts = [
      ...(whole > 0 ? [some(whole, 'hour', 'hours')] : []),
      ...(rest > 0 ? [some(rest, 'minute', 'minutes')] : []),
    ];
    return parts.join(' ');
  },
  message: 'Message',
  edit: 'Edit account',
  deactivated: 'This account is deactivated.',
  failed: 'More could not be loaded.',
};

export const typing = {
  one: (name: string) => `${name} is typing…`,
  two: (names: readonly string[]) => `${listOf(names)} are typing…`,
  several: 'Several people are typing…',
  /** Whose name is not known here. */
  somebody: 'Somebody is typing…',
};

const notices: Record<NoticesChoice, string> = {
  show: 'Show each',
  condense: 'Condense',
  hide: 'Hide',
};

export const noticesSetting = {
  legend: 'When people come and go',
  choices: notices,
  hints: {
    show: 'A line for everybody who signs in or out, joins or leaves.',
    condense: 'One line for all that follow each other: “Ana, Bo and 3 others signed in”.',
    hide: 'No lines. The dots beside the names tell who is here.',
  } satisfies Record<NoticesChoice, string>,
  also: 'It holds for all your browsers.',
};

export const membersFilter = {
  label: 'Which members',
  here: (n: string) => (n === '' ? 'Here' : `Here ${n}`),
  all: (n: string) => (n === '' ? 'All' : `All ${n}`),
  search: 'Find a member',
  nobodyHere: 'Nobody is here at the moment.',
  noMatch: 'Nobody matches.',
  found: (n: number, more: boolean) => `${count(n)}${more ? '+' : ''} found`,
};
