import { handOverRoom } from '../../api/admin';
import type { Author } from '../../api/records';
import { isolate } from '../../model/format';
import type { Room } from '../../model/room';
import { toast } from '../../model/toasts';
import { texts } from '../../texts';
import { roomSettingsTexts } from '../../texts/admin';
import { Button } from '../../view/button';
import { Dialog } from '../../view/dialog';
import { Form, FormProblem, SubmitButton } from '../../view/form';

const t = roomSettingsTexts;

/** Makes somebody owner of a room in my place. */
export function RoomHandOverDialog({
  room,
  user,
  onClose,
}: {
  room: Room;
  user: Author;
  onClose: () => void;
}) {
  const name = isolate(user.display_name);
  const where = isolate(room.name.value);
  const submit = async () => {
    await handOverRoom(room.id, user.id);
    room.roster.changed();
    onClose();
    toast(t.handedOver(name, where));
  };
  return (
    <Dialog title={t.handOverQuestion(name, where)} testid="room-hand-over-dialog" onClose={onClose}>
      <Form onSubmit={submit} testid="room-hand-over-form">
        <p>{t.handOverLead(name)}</p>
        <FormProblem />
        <div class="form-end">
          <Button onClick={onClose}>{texts.cancel}</Button>
          <SubmitButton testid="room-hand-over-submit">{t.handOverSubmit}</SubmitButton>
        </div>
      </Form>
    </Dialog>
  );
}
