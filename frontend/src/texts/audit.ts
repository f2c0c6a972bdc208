/** The texts of the audit log: a sentence for each act. */
import { roomRolesTexts, rolesTexts } from './admin';
import { longDuration, some } from './words';

interface Words {
  readonly by: string;
  readonly user: string;
  /** They did it to themselves. */
  readonly own: boolean;
  readonly room: string;
  readonly n: number;
}

type Act = (words: Words) => string;

const acts: Readonly<Record<string, Act>> = {
  'workspace-made': ({ by }) => `${by} set the workspace up.`,
  'workspace-changed': ({ by }) => `${by} changed the settings of the workspace.`,
  'workspace-handed-over': ({ by, user }) => `${by} handed the workspace over to ${user}.`,
  'audit-exported': ({ by }) => `${by} exported the audit log.`,
  'user-added': ({ by, user, own }) =>
    own ? `${user} made an account.` : `${by} made an account for ${user}.`,
  'user-role-changed': ({ by, user }) => `${by} changed the role of ${user}.`,
  'user-deactivated': ({ by, user }) => `${by} deactivated ${user}.`,
  'user-reactivated': ({ by, user }) => `${by} reactivated ${user}.`,
  'user-suspended': ({ by, user }) => `${by} suspended ${user}.`,
  'suspension-ended': ({ by, user }) => `${by} ended the suspension of ${user}.`,
  'user-signed-out': ({ by, user }) => `${by} signed ${user} out everywhere.`,
  'session-ended': ({ by, user }) => `${by} signed ${user} out in one browser.`,
  'own-sessions-ended': ({ by }) => `${by} signed out in other browsers of their own.`,
  'password-changed': ({ by }) => `${by} changed their password.`,
  'password-reset': ({ by, user, own }) =>
    own ? `${user} set a new password with a link.` : `${by} gave ${user} a new password.`,
  'reset-link-made': ({ by, user }) => `${by} made a link with which ${user} sets a new password.`,
  'token-made': ({ by }) => `${by} made an access token.`,
  'token-revoked': ({ by, user, own }) =>
    own ? `${by} revoked an access token.` : `${by} revoked an access token of ${user}.`,
  'invite-made': ({ by }) => `${by} made an invitation.`,
  'invite-revoked': ({ by }) => `${by} took an invitation back.`,
  'room-made': ({ by, room }) => `${by} created ${room}.`,
  'room-changed': ({ by, room }) => `${by} changed ${room}.`,
  'room-archived': ({ by, room }) => `${by} archived ${room}.`,
  'room-unarchived': ({ by, room }) => `${by} took ${room} back from the archive.`,
  'room-deleted': ({ by, room }) => `${by} deleted ${room}.`,
  'room-undeleted': ({ by, room }) => `${by} took the deletion of ${room} back.`,
  'room-erased': ({ by, room, n }) => `${by} erased ${room} with ${some(n, 'message', 'messages')}.`,
  'room-handed-over': ({ by, user, room }) => `${by} handed ${room} over to ${user}.`,
  'member-added': ({ by, user, room }) => `${by} added ${user} to ${room}.`,
  'member-removed': ({ by, user, room }) => `${by} removed ${user} from ${room}.`,
  'member-role-changed': ({ by, user, room }) => `${by} changed the role of ${user} in ${room}.`,
  'member-muted': ({ by, user, room }) => `${by} muted ${user} in ${room}.`,
  'mute-ended': ({ by, user, room }) => `${by} lets ${user} write in ${room} again.`,
  'member-banned': ({ by, user, room }) => `${by} banned ${user} from ${room}.`,
  'ban-ended': ({ by, user, room }) => `${by} ended the ban of ${user} from ${room}.`,
  'messages-deleted': ({ by, user, own, room, n }) =>
    `${by} deleted ${some(n, 'message', 'messages')} ${own ? 'of their own' : `of ${user}`} in ${room}.`,
  'messages-undeleted': ({ by, user, own, room, n }) =>
    `${by} brought back ${some(n, 'message', 'messages')} ${own ? 'of their own' : `of ${user}`} in ${room}.`,
  'messages-erased': ({ by, room, n }) =>
    `${by} erased ${some(n, 'message', 'messages')} in ${room} for good.`,
  'report-settled': ({ by, user, room }) => `${by} settled a report about ${user} in ${room}.`,
};

/** How a fact is told whose value alone says little. Undefined where it does. */
const values: Readonly<Record<string, (value: unknown) => string | undefined>> = {
  retention_days: (value) =>
    value === null ? 'as the workspace' : value === 0 ? 'for ever' : some(Number(value), 'day', 'days'),
  slow_mode: (value) => (value === 0 ? 'off' : longDuration(Number(value))),
  sign_up_open: (value) => (value === true ? 'everybody' : 'people with an invite'),
  until: (value) => (value === null ? 'until somebody ends it' : undefined),
  role: (value) =>
    rolesTexts[value as keyof typeof rolesTexts] ?? roomRolesTexts[value as keyof typeof roomRolesTexts],
  state: (value) => states[value as keyof typeof states],
  flood_seconds: (value) => some(Number(value), 'second', 'seconds'),
  settlement: (value) => (value === 'acted' ? 'something was done' : 'nothing was to be done'),
  max_uses: (value) => (value === 0 ? 'any number' : undefined),
};

const states = {
  open: 'everybody in it',
  members: 'everybody but guests',
  'read-only': 'owners and moderators',
  archived: 'nobody: archived',
};

export const auditTexts = {
  acts,
  values,
  facts: {
    name: 'name',
    role: 'role',
    topic: 'topic',
    description: 'description',
    kind: 'kind',
    state: 'who writes',
    slow_mode: 'slow mode',
    notices: 'lines about people',
    retention_days: 'messages are kept',
    is_default: 'everybody new comes in',
    sign_up_open: 'who can make an account',
    flood_messages: 'flood limit: messages',
    flood_seconds: 'flood limit: in',
    until: 'until',
    reason: 'reason',
    addresses: 'addresses banned',
    sessions_ended: 'sign-ins ended',
    scope: 'may',
    expires_at: 'good until',
    room_ids: 'rooms',
    invited_by: 'invited by',
    actor: 'only by',
    user: 'only to',
    room: 'only in',
    action: 'only',
    origin: 'only how',
    search: 'only with',
    from: 'from',
    to: 'before',
    max_uses: 'good for',
    settlement: 'settled',
    user_agent: 'browser',
    invite: 'invitation',
    format: 'as',
    deleted_at: 'deleted',
  },
  origins: { person: 'Somebody', 'command-line': 'The command line', chatd: 'chatd itself' },
  somebody: 'somebody',
  noRoom: 'a room',
  privateRoom: (id: number) => `private room ${id}`,
  withheld: 'More is told to those in this private room only.',
  numberedPerson: (id: number) => `person ${id}`,
  noRooms: 'none in particular',
  numberedRoom: (id: number) => `room ${id}`,
  unknown: (by: string, action: string) => `${by}: ${action}`,
  nothing: 'nothing',
  yes: 'yes',
  no: 'no',
  reason: (reason: string) => `Reason: ${reason}`,
  changes: 'What changed',
  from: (before: string) => `${before} →`,
  names: Object.fromEntries(
    Object.keys(acts).map((action) => [action, capital(action.replaceAll('-', ' '))]),
  ) as Readonly<Record<string, string>>,
};

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
