import { endTime } from '../model/format';
import type { Room } from '../model/room';
import { texts } from '../texts';

const t = texts.composer;

/** Stands in the composer's place where I only read. A draft from before waits. */
export function ReadOnlyNote({ room }: { room: Room }) {
  return (
    <div class="read-only-note" role="status" data-testid="read-only-note">
      <p>{whyNot(room)}</p>
      {room.writing.draft.value.trim() !== '' && <p class="hint">{t.draftKept}</p>}
    </div>
  );
}

function whyNot({ muted, mutedUntil, state }: Room): string {
  if (!muted.value) return t.readOnly[state.value === 'open' ? 'read-only' : state.value];
  return mutedUntil.value === null ? t.muted : t.mutedUntil(endTime(mutedUntil.value));
}
