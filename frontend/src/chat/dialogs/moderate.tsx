import { removeMember } from '../../api/admin';
import * as moderation from '../../api/moderation';
import type { Author } from '../../api/records';
import { isolate } from '../../model/format';
import type { Room } from '../../model/room';
import { lasting, lengths, purges } from '../../model/terms';
import { toast } from '../../model/toasts';
import { texts } from '../../texts';
import { moderationTexts } from '../../texts/moderation';
import { longDuration } from '../../texts/words';
import { Button } from '../../view/button';
import { Dialog } from '../../view/dialog';
import { Field } from '../../view/field';
import { Form, FormProblem, SubmitButton, type Values } from '../../view/form';
import { Radios, Select } from '../../view/radios';
import { undo } from '../moderation-items';
import type { ModerationAct } from '../ui';

const t = moderationTexts;

interface About {
  readonly room: Room;
  readonly user: Author;
  /** Of the message that it is about. */
  readonly number: number | null;
}

/** What an act says, asks and does. */
interface Act {
  title(name: string, room: string): string;
  lead(room: Room): string;
  readonly submit: string;
  /** Says what was done. */
  run(about: About, values: Values): Promise<void>;
}

const acts: Record<ModerationAct, Act> = {
  report: {
    title: t.reportTitle,
    lead: () => t.reportLead,
    submit: t.reportSubmit,
    run: async ({ room, number }, { reason = '' }) => {
      await moderation.reportMessage(room.id, number ?? 0, reason);
      toast(t.reported);
    },
  },
  purge: {
    title: t.purgeTitle,
    lead: () => t.purgeLead,
    submit: t.purgeSubmit,
    run: purge,
  },
  mute: {
    title: t.muteTitle,
    lead: () => t.muteLead,
    submit: t.muteSubmit,
    run: async ({ room, user }, values) => {
      await moderation.mute(room.id, user.id, terms(values));
      room.roster.changed();
      toast(t.muted(isolate(user.display_name)));
    },
  },
  remove: {
    title: t.removeTitle,
    lead: (room) => (room.kind === 'public' ? t.removePublic : t.removePrivate),
    submit: t.removeSubmit,
    run: async ({ room, user }, { reason = '' }) => {
      await removeMember(room.id, user.id, reason);
      toast(t.removed(isolate(user.display_name), isolate(room.name.value)));
    },
  },
  ban: {
    title: t.banTitle,
    lead: () => t.banLead,
    submit: t.banSubmit,
    run: async ({ room, user }, values) => {
      await moderation.ban(room.id, user.id, terms(values));
      toast(t.banned(isolate(user.display_name), isolate(room.name.value)));
    },
  },
};

function terms({ reason = '', seconds = '0' }: Values): moderation.Terms {
  return { reason, ...lasting(Number(seconds)) };
}

async function purge({ room, user }: About, { reason = '', since = '', where }: Values): Promise<void> {
  const { deletions, more } = await moderation.deleteRecent(where === 'everywhere' ? null : room.id, {
    user_id: user.id,
    since_seconds: Number(since),
    reason,
  });
  const count = deletions.reduce((sum, one) => sum + one.count, 0);
  const ids = deletions.map((one) => one.deletion);
  const action = count > 0 ? undo(ids, t.undoneMany) : null;
  toast((more ? t.purgedMore : t.purged)(count), { action });
}

/** Something that somebody who keeps order, or who reports, is about to do: why, and for how long. */
export function ModerateDialog({
  act,
  onClose,
  ...about
}: About & { act: ModerationAct; onClose: () => void }) {
  const { title, lead, submit, run } = acts[act];
  const name = isolate(about.user.display_name);
  return (
    <Dialog
      title={title(name, isolate(about.room.name.value))}
      testid={act === 'remove' ? 'remove-member-dialog' : `${act}-dialog`}
      onClose={onClose}
    >
      <Form
        testid={act === 'remove' ? 'remove-member-form' : `${act}-form`}
        onSubmit={async (values) => {
          await run(about, values);
          onClose();
        }}
      >
        <p>{lead(about.room)}</p>
        {act === 'purge' && <PurgeFields />}
        {(act === 'mute' || act === 'ban') && <Length initial={act === 'mute' ? 3_600 : 0} />}
        <Field
          name="reason"
          label={act === 'report' ? t.reportReason : t.reason}
          {...(act === 'report' ? {} : { hint: t.reasonHint })}
          required={act === 'report'}
          maxLength={500}
          autocomplete="off"
        />
        <FormProblem />
        <div class="form-end">
          <Button onClick={onClose}>{texts.cancel}</Button>
          <SubmitButton testid={act === 'remove' ? 'remove-member-submit' : `${act}-submit`}>
            {submit}
          </SubmitButton>
        </div>
      </Form>
    </Dialog>
  );
}

export function Length({ initial }: { initial: number }) {
  return (
    <Select
      name="seconds"
      label={t.lasts}
      values={lengths.map(String)}
      initial={String(initial)}
      text={(seconds) => (seconds === '0' ? t.forEver : longDuration(Number(seconds)))}
    />
  );
}

function PurgeFields() {
  return (
    <>
      <Select
        name="since"
        label={t.purgeSince}
        values={purges.map(String)}
        initial="3600"
        text={(seconds) => longDuration(Number(seconds))}
      />
      <Radios
        name="where"
        legend={t.purgeWhere}
        values={['room', 'everywhere'] as const}
        initial="room"
        label={(where) => (where === 'room' ? t.purgeRoom : t.purgeEverywhere)}
      />
    </>
  );
}
