import * as routes from '../../api/routes';
import { roomPath } from '../../model/route';
import { navigate } from '../../model/router';
import { createRoomTexts } from '../../texts/dialogs';
import { Dialog } from '../../view/dialog';
import { Field } from '../../view/field';
import { Form, FormProblem, SubmitButton, type Values } from '../../view/form';
import { Radios } from '../../view/radios';
import { useChat } from '../context';

const t = createRoomTexts;

const kinds = ['public', 'private'] as const;

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
        <Radios
          name="kind"
          legend={t.kind}
          values={kinds.filter((kind) => chat.may(`create-${kind}-room`))}
          initial={open ? 'public' : 'private'}
          label={(kind) => t[kind]}
          hint={(kind) => (kind === 'public' ? t.publicHint : t.privateHint)}
        />
        <FormProblem />
        <div class="form-end">
          <SubmitButton testid="create-room-submit">{t.submit}</SubmitButton>
        </div>
      </Form>
    </Dialog>
  );
}
