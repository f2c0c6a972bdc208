import { texts } from '../../texts';
import { useState } from 'preact/hooks';
import { changeRoom } from '../../api/admin';
import { recordOf, roomChange, writers } from '../../model/changes';
import type { Room } from '../../model/room';
import { retentions, slowModes, values } from '../../model/room-choices';
import { toast } from '../../model/toasts';
import { roomSettingsTexts } from '../../texts/admin';
import { createRoomTexts } from '../../texts/dialogs';
import { settingsTexts } from '../../texts/settings';
import { Dialog } from '../../view/dialog';
import { Field } from '../../view/field';
import { Form, FormProblem, SubmitButton, type Values } from '../../view/form';
import { Radios, Select } from '../../view/radios';
import { useChat } from '../context';
import { RoomEndings } from './room-endings';

const t = roomSettingsTexts;

/**
 * For those who look after a room. Moderators say what is talked about and how fast, owners everything else.
 * What others change while it is open is not put back.
 */
export function RoomSettingsDialog({ room, onClose }: { room: Room; onClose: () => void }) {
  const chat = useChat();
  const [opened] = useState(() => recordOf(room));
  const [shapes] = useState(() => chat.mayIn(room, 'change-room'));
  const submit = async (typed: Values) => {
    const change = roomChange(opened, typed);
    if (change) chat.change(room, await changeRoom(room.id, change));
    onClose();
    toast(change ? settingsTexts.saved : settingsTexts.unchanged);
  };
  const live = opened.state !== 'archived';
  return (
    <Dialog title={texts.room.settings} testid="room-settings-dialog" onClose={onClose}>
      {live && (
        <Form onSubmit={submit} testid="room-settings-form">
          {shapes && (
            <Field
              name="name"
              label={createRoomTexts.name}
              hint={createRoomTexts.nameHint}
              required
              maxLength={80}
              autocomplete="off"
              initial={opened.name}
            />
          )}
          <Field
            name="topic"
            label={t.topic}
            hint={t.topicHint}
            maxLength={250}
            autocomplete="off"
            initial={opened.topic}
          />
          {shapes && <Shape opened={opened} />}
          <Select
            name="slow_mode"
            label={t.slowMode}
            hint={t.slowModeHint}
            values={values(slowModes, opened.slow_mode)}
            initial={String(opened.slow_mode)}
            text={t.slowModes}
          />
          {shapes && <Keeping opened={opened} mayDefault={chat.may('change-workspace')} />}
          <FormProblem />
          <div class="form-end">
            <SubmitButton testid="room-settings-submit">{t.submit}</SubmitButton>
          </div>
        </Form>
      )}
      <RoomEndings room={room} onClose={onClose} />
    </Dialog>
  );
}

/** What the room is for, who can find it and who writes in it. */
function Shape({ opened }: { opened: ReturnType<typeof recordOf> }) {
  return (
    <>
      <Field
        name="description"
        label={createRoomTexts.description}
        maxLength={500}
        autocomplete="off"
        initial={opened.description}
      />
      <Radios
        name="kind"
        legend={t.kind}
        values={['public', 'private'] as const}
        initial={opened.kind === 'private' ? 'private' : 'public'}
        label={(kind) => t.kinds[kind]}
        hint={(kind) => t.kindHints[kind]}
      />
      <Radios
        name="state"
        legend={t.writers}
        values={writers}
        initial={writers.find((one) => one === opened.state) ?? 'open'}
        label={(state) => t.states[state]}
      />
    </>
  );
}

/** What is shown of those who come and go, and for how long messages are kept. */
function Keeping({ opened, mayDefault }: { opened: ReturnType<typeof recordOf>; mayDefault: boolean }) {
  const { workspace } = useChat();
  const asWorkspace = t.asWorkspace(workspace.value.retention_days);
  return (
    <>
      <Select
        name="notices"
        label={t.notices}
        hint={t.noticesHint}
        values={['show', 'condense', 'hide']}
        initial={opened.notices}
        text={t.noticeChoices}
      />
      <Select
        name="retention_days"
        label={t.retention}
        hint={t.retentionHint}
        values={values(retentions, opened.retention_days)}
        initial={String(opened.retention_days)}
        text={(days) => (days === 'null' ? asWorkspace : t.retentions(days))}
      />
      {mayDefault && opened.kind === 'public' && (
        <label class="choice">
          <input type="checkbox" name="is_default" defaultChecked={opened.is_default} />
          <input type="hidden" name="default_shown" value="yes" />
          <span class="choice-text">
            <span class="choice-label">{t.isDefault}</span>
            <span class="hint">{t.isDefaultHint}</span>
          </span>
        </label>
      )}
    </>
  );
}
