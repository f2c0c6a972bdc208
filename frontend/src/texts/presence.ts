/** The texts about who is here, and about what one says of oneself. */
import type { PresenceEnd } from '../model/ends';
import type { ShownState } from '../model/people';
import { count, listOf } from '../model/format';

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

export const typing = {
  one: (name: string) => `${name} is typing…`,
  two: (names: readonly string[]) => `${listOf(names)} are typing…`,
  several: 'Several people are typing…',
  /** Whose name is not known here. */
  somebody: 'Somebody is typing…',
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
