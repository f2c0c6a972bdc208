import { useSignal } from '@preact/signals';
import { changeSettings, settings } from '../api/administration';
import type { WorkspaceSettings } from '../api/administration-records';
import { useChat } from '../chat/context';
import { retentions, values } from '../model/room-choices';
import { toast } from '../model/toasts';
import { settingsChange } from '../model/workspace-settings';
import { roomSettingsTexts } from '../texts/admin';
import { settingsTexts } from '../texts/settings';
import { administration } from '../texts/administration';
import { Field } from '../view/field';
import { Form, FormProblem, SubmitButton, type Values } from '../view/form';
import { LoadFailed, useLoading } from '../view/loading';
import { Radios, Select } from '../view/radios';

const t = administration.settings;

/** What holds for everybody in the workspace, each with what it brings about. */
export function SettingsSection() {
  const { workspace } = useChat();
  /** As it was when the form was filled in. */
  const opened = useSignal<WorkspaceSettings | null>(null);
  const times = useSignal(0);
  const loading = useLoading(async () => {
    opened.value = await settings();
  });
  const submit = async (typed: Values) => {
    const change = opened.value && settingsChange(opened.value, typed);
    if (!change) {
      toast(settingsTexts.unchanged);
      return;
    }
    const now = await changeSettings(change);
    const { name, sign_up, retention_days } = now;
    workspace.value = { ...workspace.value, name, sign_up, retention_days: retention_days ?? 0 };
    opened.value = now;
    // A new form after each change: it shows what others have changed meanwhile.
    times.value++;
    toast(settingsTexts.saved);
  };
  return (
    <>
      <LoadFailed loading={loading} text={administration.list.failed} />
      {opened.value && <SettingsForm key={times.value} opened={opened.value} onSubmit={submit} />}
    </>
  );
}

/** Newest first: for ever, then the longest. */
const kept = retentions.filter((days) => days !== null);

function SettingsForm({
  opened,
  onSubmit,
}: {
  opened: WorkspaceSettings;
  onSubmit: (values: Values) => Promise<void>;
}) {
  const w = settingsTexts.workspace;
  return (
    <Form onSubmit={onSubmit} testid="settings-form">
      <Field
        name="name"
        label={w.name}
        hint={t.nameHint}
        required
        maxLength={80}
        autocomplete="off"
        initial={opened.name}
      />
      <Radios
        name="sign_up"
        legend={w.signUp}
        values={['invite', 'open'] as const}
        initial={opened.sign_up}
        label={(one) => w.signUps[one]}
        hint={(one) => w.signUpHints[one]}
      />
      <Select
        name="retention_days"
        label={t.retention}
        hint={t.retentionHint}
        values={values(kept, opened.retention_days ?? 0)}
        initial={String(opened.retention_days ?? 0)}
        text={roomSettingsTexts.retentions}
      />
      <fieldset class="form-part">
        <legend>{t.flood}</legend>
        <p class="hint">{t.floodHint}</p>
        <div class="form-pair">
          <Field
            name="flood_messages"
            label={t.floodMessages}
            required
            inputMode="numeric"
            maxLength={4}
            autocomplete="off"
            initial={String(opened.flood_messages)}
          />
          <Field
            name="flood_seconds"
            label={t.floodSeconds}
            required
            inputMode="numeric"
            maxLength={4}
            autocomplete="off"
            initial={String(opened.flood_seconds)}
          />
        </div>
      </fieldset>
      <FormProblem />
      <div class="form-end">
        <SubmitButton testid="settings-submit">{settingsTexts.save}</SubmitButton>
      </div>
    </Form>
  );
}
