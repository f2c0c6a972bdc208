import { loadPart } from '../../load-part';
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import {
  alertPreview,
  alertSound,
  alertWhat,
  alertWhats,
  setAlertPreview,
  setAlertSound,
  setAlertWhat,
} from '../../model/alert-choices';
import { chooseSeenBy } from '../../model/own-state';
import { toast } from '../../model/toasts';
import { alertTexts as t } from '../../texts/alerts';
import { Button } from '../../view/button';
import { Choices } from '../../view/choices';
import { sentence } from '../../view/sentence';
import { useChat } from '../context';

type Permission = 'granted' | 'denied' | 'default' | 'insecure' | 'unsupported';

/** When this browser alerts me, and how; and what others learn of my reading. */
export function NotificationsSection() {
  const chat = useChat();
  return (
    <>
      <PermissionPart />
      <Choices
        legend={t.what}
        name="alerts"
        values={alertWhats}
        value={alertWhat.value}
        label={(value) => t.whats[value]}
        hint={(value) => t.whatHints[value]}
        onChoose={setAlertWhat}
      />
      <fieldset class="choices">
        <legend class="label">{t.how}</legend>
        <Switch
          name="alert-sound"
          label={t.sound}
          hint={t.soundHint}
          on={alertSound.value}
          set={(on) => {
            setAlertSound(on);
            if (on) void tone();
          }}
        />
        <Switch
          name="alert-preview"
          label={t.preview}
          hint={t.previewHint}
          on={alertPreview.value}
          set={setAlertPreview}
        />
      </fieldset>
      <p class="hint">{t.about}</p>
      <h4 class="settings-part">{t.others}</h4>
      <Switch
        name="seen-by"
        label={t.seenBy}
        hint={t.seenByHint}
        on={chat.me.seen_by}
        set={(on) => {
          chooseSeenBy(chat, on).catch((error: unknown) => toast(sentence(error), { bad: true }));
        }}
      />
    </>
  );
}

/** Lets the person hear what they have chosen. */
async function tone(): Promise<void> {
  const { sound } = await loadPart('tone', () => import('../../alerts/tone'));
  sound();
}

function Switch({
  name,
  label,
  hint,
  on,
  set,
}: {
  name: string;
  label: string;
  hint: string;
  on: boolean;
  set: (on: boolean) => void;
}) {
  return (
    <label class="choice">
      <input
        type="checkbox"
        name={name}
        checked={on}
        data-testid={`${name}-switch`}
        onChange={(event) => set(event.currentTarget.checked)}
      />
      <span class="choice-text">
        <span class="choice-label">{label}</span>
        <span class="hint">{hint}</span>
      </span>
    </label>
  );
}

/** Browsers ask only when somebody has pressed a button for it. */
function PermissionPart() {
  const permission = useSignal(permissionNow());
  useEffect(() => {
    // It may be changed beside the address while the settings are open.
    const look = () => {
      permission.value = permissionNow();
    };
    addEventListener('focus', look);
    return () => removeEventListener('focus', look);
  }, []);
  const ask = async () => {
    await Notification.requestPermission();
    permission.value = permissionNow();
  };
  return (
    <section
      class="permission"
      aria-label={t.permission}
      data-testid="permission"
      data-state={permission.value}
    >
      <p>{words[permission.value]}</p>
      {permission.value === 'default' && (
        <Button look="main" data-testid="allow-notifications" onClick={() => void ask()}>
          {t.allow}
        </Button>
      )}
      {permission.value === 'granted' && (
        <Button data-testid="test-notification" onClick={example}>
          {t.test}
        </Button>
      )}
    </section>
  );
}

const words: Record<Permission, string> = {
  granted: t.granted,
  denied: t.denied,
  default: t.ask,
  insecure: t.insecure,
  unsupported: t.unsupported,
};

function permissionNow(): Permission {
  if (!window.isSecureContext) return 'insecure';
  return 'Notification' in window ? Notification.permission : 'unsupported';
}

function example(): void {
  try {
    new Notification(t.testTitle, { body: t.testBody, tag: 'chatd.example', silent: true });
  } catch {
    toast(t.unsupported, { bad: true });
  }
}
