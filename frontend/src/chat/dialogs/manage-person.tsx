import { useLayoutEffect, useRef } from 'preact/hooks';
import { changeUser, signOutUser } from '../../api/admin';
import type { Person, User } from '../../api/records';
import { ago, isolate } from '../../model/format';
import { givableRoles, mayManage } from '../../model/moderation';
import { toast } from '../../model/toasts';
import { manageTexts, rolesTexts } from '../../texts/admin';
import { settingsTexts } from '../../texts/settings';
import { Avatar } from '../../view/avatar';
import { Confirm } from '../../view/confirm';
import { Form, FormProblem, SubmitButton, type Values } from '../../view/form';
import { Radios } from '../../view/radios';
import { useChat } from '../context';

const t = manageTexts;

interface Props {
  person: Person;
  onChanged: (user: User) => void;
}

/** One person: who they are, what they may do, and whether they may come in at all. */
export function ManagePerson({ person, onChanged }: Props) {
  const chat = useChat();
  const ref = useRef<HTMLDivElement>(null);
  // The entry of the list that had the focus is gone.
  useLayoutEffect(() => ref.current?.focus(), []);
  const seen = person.last_seen_at === null ? t.never : t.seen(ago(person.last_seen_at, Date.now()));
  return (
    <div
      ref={ref}
      class="dialog-body"
      tabIndex={-1}
      data-testid="manage-person"
      data-user={person.id}
      data-focus-home
    >
      <div class="person-card">
        <Avatar id={person.id} name={person.display_name} />
        <div class="pick-text">
          <p class="person-names" data-testid="username">
            @{person.username} {person.deactivated && <span class="tag">{t.deactivated}</span>}
          </p>
          {person.email && (
            <p class="hint" title={person.email}>
              {person.email}
            </p>
          )}
          <p class="hint">{seen}</p>
        </div>
      </div>
      {mayManage(chat, person.role) ? (
        <>
          <RoleForm person={person} onChanged={onChanged} />
          {person.id !== chat.me.id && <Access person={person} onChanged={onChanged} />}
        </>
      ) : (
        <p class="hint">{t.onlyOwners}</p>
      )}
    </div>
  );
}

function RoleForm({ person, onChanged }: Props) {
  const chat = useChat();
  const submit = async ({ role }: Values) => {
    const wanted = givableRoles(chat, person.role).find((one) => one === role);
    if (!wanted || wanted === person.role) {
      toast(settingsTexts.unchanged);
      return;
    }
    onChanged(await changeUser(person.id, { role: wanted }));
    toast(t.changed(isolate(person.display_name), rolesTexts[wanted]));
  };
  return (
    <Form key={person.role} onSubmit={submit} testid="role-form">
      <Radios
        name="role"
        legend={t.role}
        values={givableRoles(chat, person.role)}
        initial={person.role}
        label={(role) => rolesTexts[role]}
        hint={(role) => t.roleHints[role]}
      />
      <FormProblem />
      <div class="form-end">
        <SubmitButton testid="role-submit">{settingsTexts.save}</SubmitButton>
      </div>
    </Form>
  );
}

function Access({ person, onChanged }: Props) {
  const name = isolate(person.display_name);
  const set = async (deactivated: boolean) => {
    onChanged(await changeUser(person.id, { deactivated }));
    toast(deactivated ? t.wasDeactivated(name) : t.wasReactivated(name));
  };
  return (
    <section class="access">
      <h3 class="label">{t.access}</h3>
      {person.deactivated ? (
        <Confirm
          label={t.reactivate}
          question={t.reactivateQuestion(name)}
          testid="reactivate"
          act={() => set(false)}
        />
      ) : (
        <>
          <Confirm
            label={t.signOut}
            question={t.signOutQuestion(name)}
            testid="sign-out-person"
            act={async () => {
              await signOutUser(person.id);
              toast(t.signedOut(name));
            }}
          />
          <Confirm
            label={t.deactivate}
            question={t.deactivateQuestion(name)}
            danger
            testid="deactivate"
            act={() => set(true)}
          />
        </>
      )}
    </section>
  );
}
