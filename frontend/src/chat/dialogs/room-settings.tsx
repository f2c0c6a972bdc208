import { useState } from 'preact/hooks';
import { changeRoom } from '../../api/admin';
import { roomChange } from '../../model/changes';
import type { Room } from '../../model/room';
import { toast } from '../../model/toasts';
import { texts } from '../../texts';
import { Dialog } from '../../view/dialog';
import { Field } from '../../view/field';
import { Form, FormProblem, SubmitButton, type Values } from '../../view/form';
import { useChat } from '../context';

const t = texts.roomSettings;

/** For those who look after a room: what it is called and about, and who writes in it. */
export function RoomSettingsDialog({ room, onClose }: { room: Room; onClose: () => void }) {
  const chat = useChat();
  // What others change while it is open is not put back.
  const [opened] = useState(() => ({
    name: room.name.peek(),
    description: room.description.peek(),
    read_only: room.readOnly.peek(),
  }));
  const submit = async (values: Values) => {
    const change = roomChange(opened, values);
    if (change) chat.change(room, await changeRoom(room.id, change));
    onClose();
    toast(change ? texts.settings.saved : texts.settings.unchanged);
  };
  return (
    <Dialog title={t.open} testid="room-settings-dialog" onClose={onClose}>
      <Form onSubmit={submit} testid="room-settings-form">
        <Field
          name="name"
          label={texts.createRoom.name}
          hint={texts.createRoom.nameHint}
          required
          maxLength={80}
          autocomplete="off"
          initial={opened.name}
        />
        <Field
          name="description"
          label={texts.createRoom.description}
          maxLength={500}
          autocomplete="off"
          initial={opened.description}
        />
        <label class="choice">
          <input type="checkbox" name="read_only" defaultChecked={opened.read_only} />
          <span class="choice-text">
            <span class="choice-label">{t.readOnly}</span>
            <span class="hint">{t.readOnlyHint}</span>
          </span>
        </label>
        <FormProblem />
        <div class="form-end">
          <SubmitButton testid="room-settings-submit">{t.submit}</SubmitButton>
        </div>
      </Form>
    </Dialog>
  );
}
