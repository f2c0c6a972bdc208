import { texts } from '../texts';
import { Button } from '../view/button';
import { focusComposer } from './focus';
import { moderationItems } from './parts';

const t = texts.timeline;

/** Stands in the place of a message that I have just deleted, as long as it can be brought back. */
export function DeletedLine({ itemKey, deletion }: { itemKey: string; deletion: number }) {
  return (
    <li class="deleted-line" aria-live="off" data-key={itemKey} data-testid="own-deleted">
      <span>{t.ownDeleted}</span>
      <Button
        look="bare"
        data-testid="undo-own"
        onClick={() => {
          moderationItems.use(({ takeBack }) => void takeBack([deletion]));
          focusComposer();
        }}
      >
        {t.undo}
      </Button>
    </li>
  );
}
