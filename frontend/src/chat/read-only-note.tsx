import { endTime } from '../model/format';
import type { Room } from '../model/room';
import { texts } from '../texts';

const t = texts.composer;

/** Stands in the composer's place where I only read, in the room or in the thread of a root. A draft from before waits. */
export function ReadOnlyNote({ room, thread = 0 }: { room: Room; thread?: number }) {
  const draft = room.writing.composing(thread).draft.text.value;
  return (
    <div
      class="read-only-note"
      role="status"
      data-testid={thread > 0 ? 'thread-read-only-note' : 'read-only-note'}
    >
      <p>{whyNot(room)}</p>
      {draft.trim() !== '' && <p class="hint">{t.draftKept}</p>}
    </div>
  );
}

function whyNot({ muted, mutedUntil, state }: Room): string {
  if (!muted.value) return t.readOnly[state.value === 'open' ? 'read-only' : state.value];
  return mutedUntil.value === null ? t.muted : t.mutedUntil(endTime(mutedUntil.value));
}
