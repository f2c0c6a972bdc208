import { useSignal } from '@preact/signals';
import { createInvite } from '../api/administration';
import type { Link } from '../api/administration-records';
import { RoomChecks } from '../chat/dialogs/room-checks';
import { shortTime } from '../model/format';
import { invitesTexts } from '../texts/admin';
import { administration } from '../texts/administration';
import { Button } from '../view/button';
import { Choices } from '../view/choices';
import { Form, FormProblem, SubmitButton, type Values } from '../view/form';
import { Select } from '../view/radios';
import { Reveal } from './reveal';

const t = administration.invites;

const lifetimes = ['1', '7', '30', '90', '365'];
/** 0 for any number. */
const numbers = ['0', '1', '2', '5', '10', '25', '100', '1000'];
const kinds = ['member', 'guest'] as const;

/** Makes an invite: for whom, into which rooms, for how long and how many. */
export function NewInvite({ onMade, onAgain }: { onMade: () => void; onAgain: () => void }) {
  const made = useSignal<Link | null>(null);
  const kind = useSignal<(typeof kinds)[number]>('member');
  const rooms = useSignal<ReadonlySet<number>>(new Set());
  const unchosen = useSignal(false);
  const create = async ({ days, uses }: Values) => {
    unchosen.value = kind.value === 'guest' && rooms.value.size === 0;
    if (unchosen.value) return;
    const most = Number(uses);
    made.value = await createInvite({
      expires_in_days: Number(days),
      role: kind.value,
      room_ids: [...rooms.value],
      ...(most > 0 ? { max_uses: most } : {}),
    });
    onMade();
  };
  if (made.value) {
    return (
      <div class="new-invite">
        <Reveal url={made.value.url} label={invitesTexts.link} testid="new-invite-url">
          {t.once(shortTime(made.value.expires_at))}
        </Reveal>
        <Button data-testid="another-invite" onClick={onAgain}>
          {t.another}
        </Button>
      </div>
    );
  }
  return (
    <details class="new-invite" data-testid="new-invite">
      <summary class="button button-main">{t.create}</summary>
      <Form onSubmit={create} testid="new-invite-form">
        <p>{invitesTexts.lead}</p>
        <Choices
          legend={invitesTexts.as}
          name="kind"
          values={kinds}
          value={kind.value}
          label={(value) => invitesTexts.kinds[value]}
          hint={(value) => invitesTexts.kindHints[value]}
          onChoose={(value) => {
            kind.value = value;
          }}
        />
        <RoomChecks
          picked={rooms}
          missing={unchosen}
          legend={kind.value === 'guest' ? invitesTexts.rooms : t.moreRooms}
        />
        <div class="form-pair">
          <Select
            name="days"
            label={invitesTexts.lasts}
            values={lifetimes}
            initial="7"
            text={(days) => invitesTexts.days(Number(days))}
          />
          <Select name="uses" label={t.most} values={numbers} initial="0" text={t.mostOf} />
        </div>
        <FormProblem />
        <div class="form-line">
          <SubmitButton testid="new-invite-submit">{invitesTexts.create}</SubmitButton>
        </div>
      </Form>
    </details>
  );
}
