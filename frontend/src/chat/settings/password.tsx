import { useSignal } from '@preact/signals';
import { changePassword } from '../../api/access';
import type { PasswordChange } from '../../api/account-records';
import { openSection } from '../../model/settings-place';
import { accountTexts } from '../../texts/front';
import { settingsTexts } from '../../texts/settings';
import { Button } from '../../view/button';
import { PasswordField } from '../../view/field';
import { Form, FormProblem, SubmitButton, type Values } from '../../view/form';
import { Icon } from '../../view/icons';
import { useChat } from '../context';

const t = settingsTexts.password;

export function PasswordSection() {
  const { me } = useChat();
  const done = useSignal<PasswordChange | null>(null);
  /** A new form after each change, with empty fields. */
  const changes = useSignal(0);
  const submit = async ({ current_password = '', new_password = '' }: Values) => {
    done.value = null;
    done.value = await changePassword(current_password, new_password);
    changes.value++;
  };
  return (
    <>
      <p>{t.lead}</p>
      <Form key={changes.value} onSubmit={submit} testid="password-form">
        {/* For password managers: whose password it is. */}
        <input type="text" name="username" autocomplete="username" value={me.username} readOnly hidden />
        <PasswordField name="current_password" label={t.current} autocomplete="current-password" />
        <PasswordField
          name="new_password"
          label={t.next}
          hint={accountTexts.passwordHint}
          autocomplete="new-password"
        />
        <FormProblem />
        <div class="form-end">
          <SubmitButton testid="password-submit">{t.submit}</SubmitButton>
        </div>
      </Form>
      <div role="status">{done.value && <Done {...done.value} />}</div>
    </>
  );
}

function Done({ ended, tokens }: PasswordChange) {
  return (
    <div class="done" data-testid="password-done">
      <Icon name="check" />
      <div>
        <p>
          <strong>{t.done}</strong> {t.ended(ended)}
        </p>
        {tokens > 0 && (
          <p>
            {t.tokens(tokens)}{' '}
            <Button look="bare" data-testid="to-tokens" onClick={() => openSection('tokens', false)}>
              {t.toTokens}
            </Button>
          </p>
        )}
      </div>
    </div>
  );
}
