import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import * as administration from '../api/administration';
import type { AdminPerson, Link, Suspended } from '../api/administration-records';
import { endSuspension } from '../api/moderation';
import type { User } from '../api/records';
import { useChat } from '../chat/context';
import { ManagePerson } from '../chat/dialogs/manage-person';
import { isolate, shortDate, shortTime } from '../model/format';
import { mayManage } from '../model/moderation';
import { toast } from '../model/toasts';
import { administration as texts } from '../texts/administration';
import { Button } from '../view/button';
import { Confirm } from '../view/confirm';
import { sentence } from '../view/sentence';
import { FactList } from './facts';
import { HandOverDialog } from './hand-over';
import { Reveal } from './reveal';
import { SuspendDialog } from './suspend';

const t = texts.people;

interface Props {
  person: AdminPerson;
  /** The server told who they are now. */
  onUser: (user: User) => void;
  onChanged: (how: Partial<AdminPerson>) => void;
}

/** One person: who they are, what they may do, and whether they may come in. */
export function PersonDetail({ person, onUser, onChanged }: Props) {
  const chat = useChat();
  const managed = mayManage(chat, person.role);
  return (
    <div class="person-detail">
      <ManagePerson person={person} onChanged={onUser} />
      <div class="person-more">
        <FactList
          facts={[
            [t.since, shortDate(person.created_at)],
            [t.tokens, person.tokens],
            [t.deactivatedAt, person.deactivated_at === null ? null : shortDate(person.deactivated_at)],
          ]}
        />
        {managed && person.id !== chat.me.id && !person.deactivated && (
          <Suspension person={person} onChanged={onChanged} />
        )}
        {managed && !person.deactivated && <ResetLink person={person} />}
        {chat.me.role === 'owner' && person.id !== chat.me.id && person.state === 'active' && (
          <HandOver person={person} onChanged={onChanged} />
        )}
      </div>
    </div>
  );
}

function Suspension({ person, onChanged }: Pick<Props, 'person' | 'onChanged'>) {
  const asking = useSignal(false);
  const name = isolate(person.display_name);
  if (person.state === 'suspended') {
    return (
      <section class="person-part">
        <h3 class="label">{t.suspension}</h3>
        <Why person={person} />
        <Confirm
          label={t.endSuspension}
          question={t.endSuspensionQuestion(name)}
          testid="end-suspension"
          act={async () => {
            await endSuspension(person.id);
            onChanged({ state: 'active', suspended_until: null });
            toast(t.suspensionEnded(name));
          }}
        />
      </section>
    );
  }
  return (
    <section class="person-part">
      <h3 class="label">{t.suspension}</h3>
      <p class="hint">{t.suspensionHint}</p>
      <Button
        data-testid="suspend"
        onClick={() => {
          asking.value = true;
        }}
      >
        {t.suspend}
      </Button>
      {asking.value && (
        <SuspendDialog
          user={person}
          onClose={() => {
            asking.value = false;
          }}
          onSuspended={(until) => onChanged({ state: 'suspended', suspended_until: until, sessions: 0 })}
        />
      )}
    </section>
  );
}

/** Why somebody is suspended, by whom and until when. */
function Why({ person: { id, suspended_until } }: { person: AdminPerson }) {
  const found = useSignal<Suspended | null>(null);
  useEffect(() => {
    administration.suspension(id).then(
      (suspension) => {
        found.value = suspension;
      },
      () => {}, // what the list knows is shown all the same
    );
  }, [id, suspended_until]);
  const { reason = '', by = null } = found.value ?? {};
  return (
    <p data-testid="suspension">
      {t.suspendedUntil(suspended_until === null ? null : shortTime(suspended_until))}
      {by && ` ${t.by(isolate(by.display_name))}`}
      {reason && ` ${t.reason(reason)}`}
    </p>
  );
}

function ResetLink({ person }: { person: AdminPerson }) {
  const made = useSignal<Link | null>(null);
  const make = async () => {
    try {
      made.value = null;
      made.value = await administration.resetLink(person.id);
    } catch (error) {
      toast(sentence(error), { bad: true });
    }
  };
  return (
    <section class="person-part">
      <h3 class="label">{t.password}</h3>
      <p class="hint">{t.passwordHint}</p>
      <Button data-testid="make-reset-link" onClick={() => void make()}>
        {t.makeLink}
      </Button>
      {made.value && (
        <Reveal key={made.value.url} url={made.value.url} label={t.link} testid="reset-url">
          {t.linkOnce(isolate(person.display_name), shortTime(made.value.expires_at))}
        </Reveal>
      )}
    </section>
  );
}

function HandOver({ person, onChanged }: Pick<Props, 'person' | 'onChanged'>) {
  const asking = useSignal(false);
  return (
    <section class="person-part">
      <h3 class="label">{t.handOverTitle}</h3>
      <p class="hint">{t.handOverHint}</p>
      <Button
        data-testid="hand-over"
        onClick={() => {
          asking.value = true;
        }}
      >
        {t.handOver}
      </Button>
      {asking.value && (
        <HandOverDialog
          user={person}
          onClose={() => {
            asking.value = false;
          }}
          onDone={() => onChanged({ role: 'owner' })}
        />
      )}
    </section>
  );
}
