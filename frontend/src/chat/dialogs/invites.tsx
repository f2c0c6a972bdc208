import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import * as admin from '../../api/admin';
import type { NewInvite } from '../../api/records';
import { onlyHere } from '../../model/address';
import { Paged } from '../../model/paged';
import { toast } from '../../model/toasts';
import { invitesTexts } from '../../texts/admin';
import { Choices } from '../../view/choices';
import { CopyField } from '../../view/copy-field';
import { Dialog } from '../../view/dialog';
import { Form, FormProblem, SubmitButton, type Values } from '../../view/form';
import { sentence } from '../../view/sentence';
import { useLoading } from '../../view/loading';
import { OpenInvites } from './open-invites';
import { RoomChecks } from './room-checks';

const t = invitesTexts;

const lifetimes = [1, 7, 30];
const kinds = ['member', 'guest'] as const;

/** Makes invite links and takes them back. */
export function InvitesDialog({ onClose }: { onClose: () => void }) {
  const [invites] = useState(() => new Paged(admin.invites, (invite) => invite.id, 50));
  const made = useSignal<NewInvite | null>(null);
  const kind = useSignal<(typeof kinds)[number]>('member');
  const rooms = useSignal<ReadonlySet<number>>(new Set());
  const unchosen = useSignal(false);
  const loading = useLoading(() => invites.refresh());
  const create = async ({ days }: Values) => {
    const guest = kind.value === 'guest';
    unchosen.value = guest && rooms.value.size === 0;
    if (unchosen.value) return;
    made.value = await admin.createInvite({
      expires_in_days: Number(days),
      role: kind.value,
      room_ids: guest ? [...rooms.value] : [],
    });
    loading.again();
  };
  const revoke = async (id: number) => {
    try {
      await admin.revokeInvite(id);
      invites.change((all) => all.filter((one) => one.id !== id));
      if (made.value?.id === id) made.value = null;
      toast(t.revoked);
    } catch (error) {
      toast(sentence(error), { bad: true });
    }
  };
  return (
    <Dialog title={t.title} testid="invite-dialog" onClose={onClose}>
      <div class="dialog-body">
        <p>{t.lead}</p>
        <Form onSubmit={create} testid="invite-form">
          <Choices
            legend={t.as}
            name="kind"
            values={kinds}
            value={kind.value}
            label={(value) => t.kinds[value]}
            hint={(value) => t.kindHints[value]}
            onChoose={(value) => {
              kind.value = value;
            }}
          />
          {kind.value === 'guest' && <RoomChecks picked={rooms} missing={unchosen} />}
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
        <OpenInvites invites={invites} loading={loading} onRevoke={(id) => void revoke(id)} />
      </div>
    </Dialog>
  );
}

function NewLink({ url }: { url: string }) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    box.current?.scrollIntoView({ block: 'nearest' });
    box.current?.querySelector('input')?.select();
  }, []);
  return (
    <div ref={box} class="reveal">
      <CopyField value={url} label={t.link} copy={t.copy} copied={t.copied} testid="invite-url" />
      <p class="hint">{t.once}</p>
      {onlyHere(url) && (
        <p class="hint" data-testid="invite-only-here">
          {t.onlyHere}
        </p>
      )}
    </div>
  );
}
