import type { Room } from '../../model/room';
import { navigate } from '../../model/router';
import { toast } from '../../model/toasts';
import { texts } from '../../texts';
import { leaveRoomTexts as t } from '../../texts/leaving';
import { Button } from '../../view/button';
import { Dialog } from '../../view/dialog';
import { Form, FormProblem, SubmitButton } from '../../view/form';
import { useChat } from '../context';
import { roomTitle } from '../room-title';

export function LeaveDialog({ room, onClose }: { room: Room; onClose: () => void }) {
  const chat = useChat();
  const title = roomTitle(room, chat.people);
  const submit = async () => {
    const open = chat.openId.peek() === room.id;
    await chat.leave(room);
    onClose();
    if (open) navigate('/');
    toast(t.left(title));
  };
  return (
    <Dialog title={t.title(title)} testid="leave-dialog" onClose={onClose}>
      <Form onSubmit={submit} testid="leave-form">
        <p>{room.kind === 'private' ? t.private : t.public}</p>
        <FormProblem />
        <div class="form-end">
          <Button onClick={onClose}>{texts.cancel}</Button>
          <SubmitButton testid="leave-submit">{texts.room.leave}</SubmitButton>
        </div>
      </Form>
    </Dialog>
  );
}
