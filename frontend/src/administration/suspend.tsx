import * as moderation from '../api/moderation';
import type { Author } from '../api/records';
import { Length } from '../chat/dialogs/moderate';
import { isolate } from '../model/format';
import { lasting } from '../model/terms';
import { toast } from '../model/toasts';
import { texts } from '../texts';
import { moderationTexts } from '../texts/moderation';
import { Button } from '../view/button';
import { Dialog } from '../view/dialog';
import { Field } from '../view/field';
import { Form, FormProblem, SubmitButton, type Values } from '../view/form';
import { AddressChoice } from './suspend-addresses';

const t = moderationTexts;

/** Suspends somebody from the workspace: for how long, why, and whether their addresses are banned, too. */
export function SuspendDialog({
  user,
  onClose,
  onSuspended,
}: {
  user: Author;
  onClose: () => void;
  /** Until when, in milliseconds since 1970; null for no end. */
  onSuspended?: (until: number | null) => void;
}) {
  const name = isolate(user.display_name);
  const submit = async ({ reason = '', seconds = '0', addresses }: Values) => {
    const wanted = addresses !== undefined;
    const { banned, until } = await moderation.suspend(user.id, {
      reason,
      ...lasting(Number(seconds)),
      // Left out, the addresses that a suspension before this one has banned stay so.
      ...(wanted && { addresses: true }),
    });
    onClose();
    onSuspended?.(until);
    toast(wanted ? doneTo(name, banned) : t.suspended(name));
  };
  return (
    <Dialog title={t.suspendTitle(name)} testid="suspend-dialog" onClose={onClose}>
      <Form onSubmit={submit} testid="suspend-form">
        <p>{t.suspendLead}</p>
        <Length initial={0} />
        <Field name="reason" label={t.reason} hint={t.reasonHint} maxLength={500} autocomplete="off" />
        <AddressChoice user={user.id} />
        <FormProblem />
        <div class="form-end">
          <Button onClick={onClose}>{texts.cancel}</Button>
          <SubmitButton testid="suspend-submit">{t.suspendSubmit}</SubmitButton>
        </div>
      </Form>
    </Dialog>
  );
}

function doneTo(name: string, banned: readonly string[]): string {
  return banned.length === 0 ? t.suspendedSpared(name) : t.suspendedBanned(name, banned);
}
