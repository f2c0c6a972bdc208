import { handOverWorkspace } from '../api/administration';
import type { Author } from '../api/records';
import { useChat } from '../chat/context';
import { isolate } from '../model/format';
import { toast } from '../model/toasts';
import { texts } from '../texts';
import { administration } from '../texts/administration';
import { Button } from '../view/button';
import { Dialog } from '../view/dialog';
import { PasswordField } from '../view/field';
import { Form, FormProblem, SubmitButton, type Values } from '../view/form';

const t = administration.people;

/** Makes somebody owner of the workspace in my place; my password shows that it is me. */
export function HandOverDialog({
  user,
  onClose,
  onDone,
}: {
  user: Author;
  onClose: () => void;
  onDone: () => void;
}) {
  const { me } = useChat();
  const name = isolate(user.display_name);
  const submit = async ({ password = '' }: Values) => {
    await handOverWorkspace(user.id, password);
    onClose();
    onDone();
    toast(t.handedOver(name));
  };
  return (
    <Dialog title={t.handOverQuestion(name)} testid="hand-over-dialog" onClose={onClose}>
      <Form onSubmit={submit} testid="hand-over-form">
        <p>{t.handOverLead(name)}</p>
        {/* For password managers: whose password it is. */}
        <input type="text" name="username" autocomplete="username" value={me.username} readOnly hidden />
        <PasswordField name="password" label={t.ownPassword} autocomplete="current-password" />
        <FormProblem />
        <div class="form-end">
          <Button onClick={onClose}>{texts.cancel}</Button>
          <SubmitButton testid="hand-over-submit">{t.handOverSubmit}</SubmitButton>
        </div>
      </Form>
    </Dialog>
  );
}
