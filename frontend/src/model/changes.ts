/**
 * What the forms about myself, a room and the workspace change: only what is different from what was there when the
 * form was opened, null when nothing is. What others have changed meanwhile is not put back so.
 */
import type { ProfileChange } from '../api/account';
import type { RoomChange } from '../api/admin';
import type { Me, RoomRecord, Workspace } from '../api/records';

type Typed = Readonly<Record<string, string>>;

/** The password goes along when the e-mail address changes. */
export function profileChange(me: Me, typed: Typed): ProfileChange | null {
  const { display_name = me.display_name, email = me.email, current_password = '' } = typed;
  return unlessEmpty({
    ...(display_name === me.display_name ? {} : { display_name }),
    ...(email === me.email ? {} : { email, current_password }),
  });
}

export function roomChange(
  room: Pick<RoomRecord, 'name' | 'description' | 'state'>,
  typed: Typed,
): RoomChange | null {
  const { name = room.name, description = room.description } = typed;
  const state = writers.find((one) => one === typed.state) ?? room.state;
  return unlessEmpty({
    ...(name === room.name ? {} : { name }),
    ...(description === room.description ? {} : { description }),
    ...(state === room.state ? {} : { state }),
  });
}

/** Who may write in a room that is not archived. */
export const writers = ['open', 'members', 'read-only'] as const;

export function workspaceChange(workspace: Workspace, typed: Typed): Partial<Workspace> | null {
  const { name = workspace.name } = typed;
  const sign_up = typed.sign_up === 'open' ? 'open' : 'invite';
  return unlessEmpty({
    ...(name === workspace.name ? {} : { name }),
    ...(sign_up === workspace.sign_up ? {} : { sign_up }),
  });
}

function unlessEmpty<T extends object>(change: T): T | null {
  return Object.keys(change).length === 0 ? null : change;
}
