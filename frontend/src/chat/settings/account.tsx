import { useSignal } from '@preact/signals';
import * as account from '../../api/account';
import type { Me } from '../../api/records';
import { profileChange } from '../../model/changes';
import { toast } from '../../model/toasts';
import { rolesTexts } from '../../texts/admin';
import { accountTexts } from '../../texts/front';
import { settingsTexts } from '../../texts/settings';
import { Field, PasswordField } from '../../view/field';
import { Form, FormProblem, SubmitButton, type Values } from '../../view/form';
import { LoadFailed, useLoading } from '../../view/loading';
import { useChat } from '../context';

const t = settingsTexts.account;

export function AccountSection() {
  const me = useSignal<Me | null>(null);
  const loading = useLoading(async () => {
    me.value = await account.me();
  });
  return (
    <>
      <LoadFailed loading={loading} text={t.failed} />
      {me.value && (
        <ProfileForm
          me={me.value}
          onChanged={(now) => {
            me.value = now;
          }}
        />
      )}
    </>
  );
}

function ProfileForm({ me, onChanged }: { me: Me; onChanged: (me: Me) => void }) {
  const { people } = useChat();
  const email = useSignal(me.email);
  const newEmail = email.value.trim() !== me.email;
  const submit = async (values: Values) => {
    const change = profileChange(me, values);
    if (!change) {
      toast(settingsTexts.unchanged);
      return;
    }
    const now = await account.changeMe(change);
    people.put(now);
    onChanged(now);
    email.value = now.email;
    toast(settingsTexts.saved);
  };
  return (
    <Form onSubmit={submit} testid="account-form">
      <dl class="facts">
        <dt>{t.username}</dt>
        <dd data-testid="my-username">@{me.username}</dd>
        <dt>{t.role}</dt>
        <dd>{rolesTexts[people.me.role]}</dd>
      </dl>
      <p class="hint">{t.usernameHint}</p>
      <Field
        name="display_name"
        label={accountTexts.displayName}
        hint={accountTexts.displayNameHint}
        required
        maxLength={80}
        autocomplete="name"
        initial={me.display_name}
      />
      <Field
        name="email"
        label={accountTexts.email}
        hint={t.emailHint}
        inputMode="email"
        maxLength={254}
        autocomplete="email"
        initial={me.email}
        onInput={(typed) => {
          email.value = typed;
        }}
      />
      {newEmail && (
        <PasswordField
          name="current_password"
          label={t.confirm}
          hint={t.confirmHint}
          autocomplete="current-password"
        />
      )}
      <FormProblem />
      <div class="form-end">
        <SubmitButton testid="account-submit">{settingsTexts.save}</SubmitButton>
      </div>
    </Form>
  );
}
