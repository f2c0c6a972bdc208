import * as moderation from '../api/moderation';
import type { Author } from '../api/records';
import { Length } from '../chat/dialogs/moderate';
import { isolate } from '../model/format';
import { endAfter } from '../model/terms';
import { toast } from '../model/toasts';
import { texts } from '../texts';
import { Button } from '../view/button';
import { Dialog } from '../view/dialog';
import { Field } from '../view/field';
import { Form, FormProblem, SubmitButton, type Values } from '../view/form';

const t = texts.moderation;

/** Suspends somebody from the workspace: for how long, why, and whether their addresses are banned, too. */
export function SuspendDialog({
  user,
  onClose,
  onSuspended,
}: {
  user: Author;
  onClose: () => void;
  /** Until when, in milliseconds since 1970; null for no end. */
  onSuspended: (until: number | null) => void;
}) {
  const name = isolate(user.display_name);
  const submit = async ({ reason = '', seconds = '0', addresses }: Values) => {
    const until = endAfter(Number(seconds), Date.now());
    await moderation.suspend(user.id, { reason, until, addresses: addresses !== undefined });
    onClose();
    onSuspended(until === null ? null : Date.parse(until));
    toast(t.suspended(name));
  };
  return (
    <Dialog title={t.suspendTitle(name)} testid="suspend-dialog" onClose={onClose}>
      <Form onSubmit={submit} testid="suspend-form">
        <p>{t.suspendLead}</p>
        <Length initial={0} />
        <Field name="reason" label={t.reason} hint={t.reasonHint} maxLength={500} autocomplete="off" />
        <label class="choice">
          <input type="checkbox" name="addresses" />
          <span class="choice-text">
            <span class="choice-label">{t.suspendAddresses}</span>
            <span class="hint">{t.suspendAddressesHint}</span>
          </span>
        </label>
        <FormProblem />
        <div class="form-end">
          <Button onClick={onClose}>{texts.cancel}</Button>
          <SubmitButton testid="suspend-submit">{t.suspendSubmit}</SubmitButton>
        </div>
      </Form>
    </Dialog>
  );
}
