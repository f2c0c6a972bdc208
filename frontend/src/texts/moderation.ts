/** The texts of keeping order, for those who do and for those whom it concerns. */
import { some } from './words';

export const moderationTexts = {
  delete: 'Delete the message',
  deleted: 'The message is deleted.',
  undo: 'Undo',
  undone: 'The message is there again.',
  undoneMany: 'The messages are there again.',
  report: 'Report the message…',
  reportTitle: (name: string) => `Report a message of ${name}`,
  reportLead:
    'Those who look after the room, and the owners and admins of the workspace, see the message and what you write here. Its author does not learn who reported it.',
  reportReason: 'What is wrong with it?',
  reportSubmit: 'Report',
  reported: 'Thank you. Those who keep order have it now.',
  purge: 'Delete recent messages…',
  purgeTitle: (name: string) => `Delete recent messages of ${name}?`,
  purgeLead:
    'They are hidden at once, for everybody. For ten minutes you can take it back; then they are erased.',
  purgeSince: 'Of the last',
  purgeWhere: 'Where',
  purgeRoom: 'Only in this room',
  purgeEverywhere: 'In all rooms that I look after',
  purgeSubmit: 'Delete',
  purged: (n: number) =>
    n === 0 ? 'There was nothing to delete.' : `${some(n, 'message is', 'messages are')} deleted.`,
  purgedMore: (n: number) =>
    `${some(n, 'message is', 'messages are')} deleted, and there are more. Do it again.`,
  mute: 'Mute…',
  muteTitle: (name: string) => `Mute ${name} in this room?`,
  muteLead: 'They go on reading, but cannot write.',
  muteSubmit: 'Mute',
  muted: (name: string) => `${name} is muted.`,
  endMute: 'Let them write again',
  muteEnded: (name: string) => `${name} can write again.`,
  remove: 'Remove from the room…',
  removeTitle: (name: string, room: string) => `Remove ${name} from ${room}?`,
  removePublic: 'They can join again at any time. Guests cannot: somebody has to add them.',
  removePrivate: 'They can no longer read it until somebody adds them again.',
  removeSubmit: 'Remove',
  removed: (name: string, room: string) => `${name} is no longer in ${room}.`,
  ban: 'Ban from the room…',
  banTitle: (name: string, room: string) => `Ban ${name} from ${room}?`,
  banLead: 'They are removed at once and cannot come back while the ban lasts.',
  banSubmit: 'Ban',
  banned: (name: string, room: string) => `${name} is banned from ${room}.`,
  suspend: 'Suspend from the workspace…',
  suspendTitle: (name: string) => `Suspend ${name} from the workspace?`,
  suspendLead:
    'They are signed out everywhere at once, and cannot sign in while it lasts. What they wrote stays.',
  suspendAddresses: 'Ban their addresses, too',
  suspendAddressesHint:
    'Nobody signs in or makes an account from where they were. Others who share such an address and are signed in stay so.',
  suspendSubmit: 'Suspend',
  suspended: (name: string) => `${name} is suspended.`,
  suspendedBanned: (name: string, addresses: readonly string[]) =>
    `${name} is suspended. Banned: ${addresses.join(', ')}.`,
  suspendedSpared: (name: string) => `${name} is suspended. None of their addresses could be banned.`,
  addressesLooking: 'Looking up from where they came…',
  addressesFailed: 'From where they came could not be looked up.',
  addressesBanned: 'These are banned:',
  addressesSpared: 'These are not, because they are yours, private, or those of this server and its proxies:',
  addressesNone: 'In the last thirty days they came from no address that can be banned.',
  block: 'Block',
  blockHint: 'You no longer see what they write. They do not learn it.',
  blocked: (name: string) => `You no longer see what ${name} writes.`,
  unblock: 'Block no longer',
  unblocked: (name: string) => `You see again what ${name} writes.`,
  reason: 'Reason',
  reasonHint: 'The person is told it, and it stands in the audit log.',
  lasts: 'For how long',
  forEver: 'Until somebody ends it',
};

/** What was decided in a room and is in force. */
export const roomOrderTexts = {
  muted: 'Muted',
  noneMuted: 'Nobody is muted.',
  endMute: 'Let them write',
  banned: 'Banned',
  noneBanned: 'Nobody is banned.',
  endBan: 'End the ban',
  deleted: 'Deleted in the last ten minutes',
  noneDeleted: 'Nothing was deleted.',
  messages: (n: number) => some(n, 'message', 'messages'),
  undo: 'Bring back',
  undoUntil: (time: string) => `can be brought back until ${time}`,
  until: (time: string) => `until ${time}`,
  open: 'until somebody ends it',
  failed: 'This could not be loaded.',
};

/** What the person concerned is told: what happened, by whom, why and until when. */
export const decidedTexts = {
  title: 'About you',
  seen: 'I have read it',
  somebody: 'Somebody who looks after the machine',
  here: 'a room',
  reason: (reason: string) => `Reason: ${reason}`,
  until: (time: string) => `Until ${time}.`,
  open: 'Until somebody ends it.',
  'member-removed': (by: string, room: string) => `${by} removed you from ${room}.`,
  'member-muted': (by: string, room: string) =>
    `${by} muted you in ${room}. You can read, but not write there.`,
  'mute-ended': (by: string, room: string) => `${by} lets you write in ${room} again.`,
  'member-banned': (by: string, room: string) => `${by} banned you from ${room}.`,
  'ban-ended': (by: string, room: string) => `${by} ended your ban from ${room}. You can come back.`,
  'messages-deleted': (by: string, room: string, _role: string, n: number) =>
    `${by} deleted ${some(n, 'message', 'messages')} of yours in ${room}.`,
  'messages-undeleted': (by: string, room: string, _role: string, n: number) =>
    `${by} brought back ${some(n, 'message', 'messages')} of yours in ${room}.`,
  'member-role-changed': (by: string, room: string, role: string) => `${by} made you ${role} of ${room}.`,
  'room-handed-over': (by: string, room: string) =>
    `${by} handed ${room} over to you: you look after it now.`,
  'workspace-handed-over': (by: string) => `${by} handed the workspace over to you: you are its owner now.`,
  'user-role-changed': (by: string, _room: string, role: string) =>
    `${by} made you ${role} of the workspace.`,
  'user-suspended': (by: string) => `${by} suspended your account.`,
  'suspension-ended': (by: string) => `${by} ended the suspension of your account.`,
  'user-signed-out': (by: string) => `${by} signed you out everywhere.`,
  'session-ended': (by: string) => `${by} signed you out in one browser.`,
};
