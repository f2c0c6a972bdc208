import * as routes from '../../api/routes';
import { roomPath } from '../../model/route';
import { navigate } from '../../model/router';
import { texts } from '../../texts';
import { Dialog } from '../../view/dialog';
import { Field } from '../../view/field';
import { Form, FormProblem, SubmitButton, type Values } from '../../view/form';
import { useChat } from '../context';

const t = texts.createRoom;

export function CreateRoomDialog({ onClose }: { onClose: () => void }) {
  const chat = useChat();
  const open = chat.may('create-public-room');
  const submit = async ({ name = '', description = '', kind }: Values) => {
    const entry = await routes.createRoom({
      name,
      description,
      kind: kind === 'private' ? 'private' : 'public',
    });
    chat.add(entry);
    onClose();
    navigate(roomPath(entry.id));
  };
  return (
    <Dialog title={t.title} testid="create-room-dialog" onClose={onClose}>
      <Form onSubmit={submit} testid="create-room-form">
        <Field
          name="name"
          label={t.name}
          hint={t.nameHint}
          required
          maxLength={80}
          autofocus
          autocomplete="off"
        />
        <Field name="description" label={t.description} maxLength={500} autocomplete="off" />
        <fieldset class="choices">
          <legend class="label">{t.kind}</legend>
          {open && <Choice value="public" label={t.public} hint={t.publicHint} checked />}
          {chat.may('create-private-room') && (
            <Choice value="private" label={t.private} hint={t.privateHint} checked={!open} />
          )}
        </fieldset>
        <FormProblem />
        <div class="form-end">
          <SubmitButton testid="create-room-submit">{t.submit}</SubmitButton>
        </div>
      </Form>
    </Dialog>
  );
}

function Choice({
  value,
  label,
  hint,
  checked,
}: {
  value: string;
  label: string;
  hint: string;
  checked?: boolean;
}) {
  return (
    <label class="choice">
      <input type="radio" name="kind" value={value} defaultChecked={checked} />
      <span class="choice-text">
        <span class="choice-label">{label}</span>
        <span class="hint">{hint}</span>
      </span>
    </label>
  );
}
