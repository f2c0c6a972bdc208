import { texts } from '../../texts';
import { Button } from '../../view/button';
import { Dialog } from '../../view/dialog';
import { signOutNow } from '../user-bar';

/** Asked only when there are messages that have not been sent. */
export function SignOutDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={texts.menu.signOut} testid="sign-out-dialog" onClose={onClose}>
      <div class="dialog-body">
        <p>{texts.menu.signOutUnsent}</p>
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
            {texts.menu.signOutAnyway}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
