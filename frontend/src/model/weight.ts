/** How much of what is unread in a room is shown, and how loudly. */
import type { Level } from '../api/attention-records';
import type { RoomKind } from '../api/records';

export interface Weight {
  /** Its name is bold. */
  readonly bold: boolean;
  /** The number beside its name; 0 for none. */
  readonly badge: number;
  /** I want to hear little or nothing of it: its name is dim, and the number does not call. */
  readonly dim: boolean;
  /** What of it counts for the page's title. */
  readonly total: number;
}

/**
 * A direct message is meant for me as a mention is. Where I want to hear of mentions only, the rest is not shown as
 * unread. Of a room that is silenced, or of which I want to hear nothing, only mentions are shown, and count for nothing.
 */
export function weigh({
  kind,
  level,
  silenced,
  unread,
  mentions,
}: {
  readonly kind: RoomKind;
  readonly level: Level;
  readonly silenced: boolean;
  readonly unread: number;
  readonly mentions: number;
}): Weight {
  if (silenced || level === 'nothing') return { bold: false, badge: mentions, dim: true, total: 0 };
  if (level === 'mentions') return { bold: mentions > 0, badge: mentions, dim: false, total: mentions };
  // A mention in a thread is not among the unread messages of the room.
  const total = Math.max(unread, mentions);
  return { bold: total > 0, badge: kind === 'direct' ? total : mentions, dim: false, total };
}
