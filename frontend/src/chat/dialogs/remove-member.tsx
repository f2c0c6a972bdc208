import { removeMember } from '../../api/admin';
import type { User } from '../../api/records';
import { isolate } from '../../model/format';
import type { Room } from '../../model/room';
import { toast } from '../../model/toasts';
import { texts } from '../../texts';
import { Button } from '../../view/button';
import { Dialog } from '../../view/dialog';
import { Form, FormProblem, SubmitButton } from '../../view/form';

const t = texts.memberMenu;

export function RemoveMemberDialog({ room, user, onClose }: { room: Room; user: User; onClose: () => void }) {
  const name = isolate(user.display_name);
  const title = isolate(room.name.value);
  const submit = async () => {
    await removeMember(room.id, user.id);
    onClose();
    toast(t.removed(name, title));
  };
  return (
    <Dialog title={t.removeTitle(name, title)} testid="remove-member-dialog" onClose={onClose}>
      <Form onSubmit={submit} testid="remove-member-form">
        <p>{room.kind === 'public' ? t.removePublic : t.removePrivate}</p>
        <FormProblem />
        <div class="form-end">
          <Button onClick={onClose}>{texts.cancel}</Button>
          <SubmitButton testid="remove-member-submit">{t.removeSubmit}</SubmitButton>
        </div>
      </Form>
    </Dialog>
  );
}
