/**
 * What the forms about myself and a room change: only what is different from what was there when the
 * form was opened, null when nothing is. What others have changed meanwhile is not put back so.
 */
import type { ProfileChange } from '../api/account';
import type { RoomChange } from '../api/admin';
import type { Me, RoomRecord } from '../api/records';
import type { Room } from './room';

type Typed = Readonly<Record<string, string>>;

/** The password goes along when the e-mail address changes. */
export function profileChange(me: Me, typed: Typed): ProfileChange | null {
  const { display_name = me.display_name, email = me.email, current_password = '' } = typed;
  return unlessEmpty({
    ...(display_name === me.display_name ? {} : { display_name }),
    ...(email === me.email ? {} : { email, current_password }),
  });
}

/** What the server has said of a room, for the form that is about to change it. */
export function recordOf(room: Room): Omit<RoomRecord, 'id'> {
  return {
    kind: room.kind,
    name: room.name.peek(),
    topic: room.headline.peek(),
    description: room.description.peek(),
    state: room.state.peek(),
    slow_mode: room.slowMode.peek(),
    notices: room.manner.peek(),
    retention_days: room.retentionDays.peek(),
    is_default: room.isDefault.peek(),
    first_number: room.firstNumber.peek(),
  };
}

/** A field that the form does not show stays as it is. */
export function roomChange(room: Omit<RoomRecord, 'id'>, typed: Typed): RoomChange | null {
  const { name = room.name, topic = room.topic, description = room.description } = typed;
  const wanted: RoomChange = {
    name,
    topic,
    description,
    kind: kinds.find((one) => one === typed.kind) ?? room.kind,
    state: writers.find((one) => one === typed.state) ?? room.state,
    slow_mode: typed.slow_mode === undefined ? room.slow_mode : Number(typed.slow_mode),
    notices: manners.find((one) => one === typed.notices) ?? room.notices,
    retention_days: daysOf(typed.retention_days, room.retention_days),
    is_default: typed.default_shown === undefined ? room.is_default : typed.is_default !== undefined,
  };
  const changed = Object.entries(wanted).filter(([key, value]) => value !== room[key as keyof typeof room]);
  return unlessEmpty(Object.fromEntries(changed) as RoomChange);
}

function daysOf(typed: string | undefined, before: number | null): number | null {
  if (typed === undefined) return before;
  return typed === 'null' ? null : Number(typed);
}

const kinds = ['public', 'private'] as const;
const manners = ['show', 'condense', 'hide'] as const;

/** Who may write in a room that is not archived. */
export const writers = ['open', 'members', 'read-only'] as const;

function unlessEmpty<T extends object>(change: T): T | null {
  return Object.keys(change).length === 0 ? null : change;
}
