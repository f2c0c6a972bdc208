import { useSignal } from '@preact/signals';
import { accountTexts } from '../texts/front';
import { Field, PasswordField } from '../view/field';
import { useFormState, type Values } from '../view/form';

const t = accountTexts;

/** The fields of a new account. A user name is suggested from the name until somebody types one. */
export function AccountFields({ first }: { first: boolean }) {
  const username = useSignal('');
  const touched = useSignal(false);
  const form = useFormState();
  return (
    <>
      <Field
        name="display_name"
        label={t.displayName}
        hint={t.displayNameHint}
        required
        maxLength={80}
        autocomplete="name"
        autofocus={first}
        onInput={(name) => {
          if (touched.value) return;
          username.value = suggestUsername(name);
          form.mend('username');
        }}
      />
      <Field
        name="username"
        label={t.username}
        hint={t.usernameHint}
        required
        maxLength={40}
        autocomplete="username"
        autocapitalize="none"
        spellcheck={false}
        value={username.value}
        onInput={(name) => {
          touched.value = name !== '';
          username.value = name;
        }}
      />
      <Field name="email" label={t.email} inputMode="email" maxLength={254} autocomplete="email" />
      <PasswordField name="password" label={t.password} hint={t.passwordHint} autocomplete="new-password" />
    </>
  );
}

/** Letters and digits of the name, words joined by dots. */
export function suggestUsername(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return (plain.match(/[\p{L}\p{N}]+/gu) ?? []).join('.').slice(0, 40).replace(/\.$/, '');
}

/** The account as the API takes it; what is optional and empty is left out. */
export function accountOf(values: Values) {
  const { display_name = '', username = '', email = '', password = '' } = values;
  return { display_name, username, password, ...(email === '' ? {} : { email }) };
}
