import { texts } from '../texts';
import { Button } from '../view/button';
import { focusComposer } from './focus';
import { undo } from './moderation-items';

const t = texts.moderation;

/** Stands in the place of a message that I have just deleted, as long as it can be brought back. */
export function DeletedLine({ itemKey, deletion }: { itemKey: string; deletion: number }) {
  return (
    <li class="deleted-line" aria-live="off" data-key={itemKey} data-testid="own-deleted">
      <span>{t.ownDeleted}</span>
      <Button
        look="bare"
        data-testid="undo-own"
        onClick={() => {
          undo([deletion], t.undone).run();
          focusComposer();
        }}
      >
        {t.undo}
      </Button>
    </li>
  );
}
