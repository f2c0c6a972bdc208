import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Invite, NewInvite } from '../../api/records';
import * as routes from '../../api/routes';
import { onlyHere } from '../../model/address';
import { shortDate, shortTime } from '../../model/format';
import { toast } from '../../model/toasts';
import { texts } from '../../texts';
import { Button } from '../../view/button';
import { Dialog } from '../../view/dialog';
import { Form, FormProblem, SubmitButton, sentence, type Values } from '../../view/form';
import { Icon } from '../../view/icons';

const t = texts.invites;

const lifetimes = [1, 7, 30];

/** Makes invite links and takes them back. Only owners get here. */
export function InvitesDialog({ onClose }: { onClose: () => void }) {
  const invites = useSignal<readonly Invite[] | null>(null);
  const made = useSignal<NewInvite | null>(null);
  const load = () =>
    routes.invites().then(
      (all) => {
        invites.value = all.filter((one) => !one.revoked && one.expires_at > Date.now());
      },
      () => toast(t.failed, { bad: true }),
    );
  useEffect(() => void load(), []);
  const create = async ({ days }: Values) => {
    made.value = await routes.createInvite(Number(days));
    await load();
  };
  return (
    <Dialog title={t.title} testid="invite-dialog" onClose={onClose}>
      <div class="dialog-body">
        <p>{t.lead}</p>
        <Form onSubmit={create} testid="invite-form">
          <div class="form-line">
            <label class="form-line">
              <span class="label">{t.lasts}</span>
              <select name="days" class="input">
                {lifetimes.map((days) => (
                  <option key={days} value={days} selected={days === 7}>
                    {t.days(days)}
                  </option>
                ))}
              </select>
            </label>
            <SubmitButton testid="create-invite">{t.create}</SubmitButton>
          </div>
          <FormProblem />
        </Form>
        {made.value && <NewLink key={made.value.id} url={made.value.url} />}
        <OpenInvites invites={invites} made={made} />
      </div>
    </Dialog>
  );
}

function NewLink({ url }: { url: string }) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), []);
  const copy = async () => {
    field.current?.select();
    toast((await copied(url)) ? t.copied : t.copyByHand);
  };
  return (
    <div class="invite-link">
      <input
        ref={field}
        class="input"
        readOnly
        value={url}
        aria-label={t.link}
        data-testid="invite-url"
        onFocus={(event) => event.currentTarget.select()}
      />
      <div class="form-line">
        <p class="hint">{t.once}</p>
        <Button data-testid="copy-invite" onClick={() => void copy()}>
          <Icon name="link" />
          {t.copy}
        </Button>
      </div>
      {onlyHere(url) && (
        <p class="hint" data-testid="invite-only-here">
          {t.onlyHere}
        </p>
      )}
    </div>
  );
}

/** The clipboard is missing on plain HTTP; then the link is selected for copying by hand. */
async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function OpenInvites({
  invites,
  made,
}: {
  invites: Signal<readonly Invite[] | null>;
  made: Signal<NewInvite | null>;
}) {
  const revoke = async (id: number) => {
    try {
      await routes.revokeInvite(id);
      invites.value = invites.value?.filter((one) => one.id !== id) ?? null;
      if (made.value?.id === id) made.value = null;
      toast(t.revoked);
    } catch (error) {
      toast(sentence(error), { bad: true });
    }
  };
  return (
    <section>
      <h3 class="label">{t.active}</h3>
      {invites.value?.length === 0 && <p class="hint">{t.none}</p>}
      <ul class="invite-list">
        {invites.value?.map((one) => (
          <li key={one.id} class="pick-row" data-testid="invite" data-invite={one.id}>
            <div class="pick-text">
              <p class="pick-name">{t.made(shortTime(one.created_at))}</p>
              <p class="hint">
                {t.until(shortDate(one.expires_at))} · {t.uses(one.uses)}
              </p>
            </div>
            <Button data-testid="revoke-invite" onClick={() => void revoke(one.id)}>
              {t.revoke}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
