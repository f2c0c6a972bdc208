import type { Room } from '../model/room';
import { texts } from '../texts';
import { Button } from '../view/button';

/** Stands in the place of messages of people whom I block. */
export function BlockedLine({ itemKey, count, room }: { itemKey: string; count: number; room: Room }) {
  return (
    <li class="blocked-line" data-key={itemKey} data-testid="blocked-line">
      <span>{texts.timeline.blocked(count)}</span>
      <Button
        look="bare"
        data-testid="show-blocked"
        onClick={() => {
          room.blockedShown.value = true;
        }}
      >
        {texts.timeline.showBlocked}
      </Button>
    </li>
  );
}
