import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { createToken } from '../../api/access';
import type { NewToken } from '../../api/account-records';
import { home } from '../../base';
import { exampleCommand, lifetimes, scopes, tokenWish, usualLifetime } from '../../model/token';
import { settingsTexts } from '../../texts/settings';
import { CopyCommand, CopyField } from '../../view/copy-field';
import { Field } from '../../view/field';
import { Form, FormProblem, SubmitButton, type Values } from '../../view/form';
import { Radios } from '../../view/radios';
import { useChat } from '../context';

const t = settingsTexts.tokens;

export function CreateToken({ onMade }: { onMade: (token: NewToken) => void }) {
  /** A new form after each token, with an empty name. */
  const made = useSignal(0);
  const submit = async (values: Values) => {
    onMade(await createToken(tokenWish(values)));
    made.value++;
  };
  return (
    <Form key={made.value} onSubmit={submit} testid="token-form">
      <Field name="name" label={t.name} hint={t.nameHint} required maxLength={80} autocomplete="off" />
      <Radios
        name="scope"
        legend={t.scope}
        values={scopes}
        initial="read"
        label={(scope) => t.scopes[scope]}
        hint={(scope) => t.scopeHints[scope]}
      />
      <FormProblem />
      <div class="form-line">
        <label class="form-line">
          <span class="label">{t.lasts}</span>
          <select name="days" class="input">
            {lifetimes.map((days) => (
              <option key={days} value={days} selected={days === usualLifetime}>
                {t.lifetime(days)}
              </option>
            ))}
          </select>
        </label>
        <SubmitButton testid="create-token">{t.create}</SubmitButton>
      </div>
    </Form>
  );
}

/** The only time that the secret is shown. */
export function MadeToken({ token }: { token: NewToken }) {
  const chat = useChat();
  const ref = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    ref.current?.scrollIntoView({ block: 'nearest' });
    ref.current?.focus();
  }, []);
  const room = chat.lastRoom;
  const command = exampleCommand({
    home: home(),
    secret: token.token,
    scope: token.scope,
    room: room && chat.mayIn(room, 'post-message') ? room.id : null,
    hello: t.hello,
  });
  const title = t.made(token.name);
  return (
    <section ref={ref} class="reveal" tabIndex={-1} aria-label={title} data-testid="made-token">
      <p>
        <strong dir="auto">{title}</strong> {t.once}
      </p>
      <CopyField value={token.token} label={t.secret} copy={t.copy} copied={t.copied} testid="token-secret" />
      <h4 class="label">{t.example}</h4>
      <CopyCommand
        value={command}
        label={t.example}
        copy={t.copyExample}
        copied={t.exampleCopied}
        testid="token-example"
      />
    </section>
  );
}
