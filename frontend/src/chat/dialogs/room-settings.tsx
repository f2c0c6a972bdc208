import { useState } from 'preact/hooks';
import { changeRoom } from '../../api/admin';
import { roomChange, writers } from '../../model/changes';
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
    state: room.state.peek(),
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
        <fieldset class="choices">
          <legend>{t.writers}</legend>
          {writers.map((state) => (
            <label key={state} class="choice">
              <input type="radio" name="state" value={state} defaultChecked={opened.state === state} />
              <span class="choice-label">{t.states[state]}</span>
            </label>
          ))}
        </fieldset>
        <FormProblem />
        <div class="form-end">
          <SubmitButton testid="room-settings-submit">{t.submit}</SubmitButton>
        </div>
      </Form>
    </Dialog>
  );
}
