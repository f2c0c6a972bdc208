/** Which messages call for somebody who is not looking. */
import type { Level } from '../api/attention-records';
import type { Message, RoomKind } from '../api/records';
import type { AlertWhat } from '../model/alert-choices';

export interface Listener {
  readonly id: number;
  readonly what: AlertWhat;
  readonly blocked: ReadonlySet<number>;
  readonly doNotDisturb: boolean;
}

export interface Place {
  readonly kind: RoomKind;
  readonly level: Level;
  readonly silenced: boolean;
}

type Heard = Pick<Message, 'author' | 'mentions' | 'mentions_all' | 'thread' | 'deleted'>;

/**
 * What is meant for me calls: direct messages, mentions, and replies in threads that I follow (`followed`). The rest of a
 * room calls where I want to hear everything of it, if I chose to be alerted of everything.
 */
export function calls(me: Listener, place: Place, message: Heard, followed: boolean): boolean {
  if (me.what === 'off' || me.doNotDisturb || place.silenced || place.level === 'nothing') return false;
  if (message.deleted || message.author.id === me.id || me.blocked.has(message.author.id)) return false;
  if (message.mentions_all === 'room' || message.mentions.includes(me.id)) return true;
  if (place.level === 'mentions') return false;
  if (message.thread !== null) return followed;
  return place.kind === 'direct' || me.what === 'all';
}
