/** What the viewer may do: the part of the server's table of rights that came with the overview. */
import type { Abilities, RoomKind, RoomRole, RoomState } from '../api/records';

export type WorkspaceAction =
  | 'see-directory'
  | 'create-public-room'
  | 'create-private-room'
  | 'open-direct'
  | 'invite'
  | 'change-workspace'
  | 'manage-members'
  | 'manage-admins'
  | 'see-administration'
  | 'see-audit'
  | 'handle-reports';

export type RoomAction =
  | 'see-room'
  | 'join-room'
  | 'leave-room'
  | 'read-messages'
  | 'post-message'
  | 'mention-room'
  | 'edit-message'
  | 'react'
  | 'pin-message'
  | 'skip-slow-mode'
  | 'delete-own-message'
  | 'delete-message'
  | 'list-members'
  | 'add-member'
  | 'remove-member'
  | 'remove-moderator'
  | 'restrain-member'
  | 'see-reports'
  | 'steer-room'
  | 'change-room'
  | 'change-room-roles'
  | 'archive-room'
  | 'delete-room';

/** What a right in a room depends on, besides the role in the workspace. */
export interface Standing {
  readonly role: RoomRole | 'outside';
  readonly kind: RoomKind;
  readonly state: RoomState;
}

/** Which buttons to show. The server decides all the same: a right can be lost while a dialog is open. */
export class Rights {
  readonly #workspace: ReadonlySet<string>;
  readonly #room: ReadonlyMap<string, ReadonlySet<string>>;

  constructor({ workspace, room }: Abilities) {
    this.#workspace = new Set(workspace);
    this.#room = new Map(Object.entries(room).map(([action, standings]) => [action, new Set(standings)]));
  }

  may(action: WorkspaceAction): boolean {
    return this.#workspace.has(action);
  }

  mayIn({ role, kind, state }: Standing, action: RoomAction): boolean {
    return this.#room.get(action)?.has(`${role}/${kind}/${state}`) ?? false;
  }
}
