import { texts } from '../../texts';
import { signOutTexts as t } from '../../texts/leaving';
import { Button } from '../../view/button';
import { Dialog } from '../../view/dialog';
import { signOutNow } from '../user-bar';

/** Asked only when there are messages that have not been sent. */
export function SignOutDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={texts.menu.signOut} testid="sign-out-dialog" onClose={onClose}>
      <div class="dialog-body">
        <p>{t.unsent}</p>
        <div class="form-end">
          <Button onClick={onClose}>{texts.cancel}</Button>
          <Button
            look="danger"
            data-testid="sign-out-anyway"
            onClick={() => {
              onClose();
              void signOutNow();
            }}
          >
            {t.anyway}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
