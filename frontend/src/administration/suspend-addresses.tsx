import { useSignal } from '@preact/signals';
import { useEffect, useId } from 'preact/hooks';
import { type Addresses, suspensionAddresses } from '../api/moderation';
import { moderationTexts } from '../texts/moderation';

const t = moderationTexts;

/** Whether the addresses are banned, too, and which these are. */
export function AddressChoice({ user }: { user: number }) {
  const found = useSignal<Addresses | null>(null);
  const failed = useSignal(false);
  const id = useId();
  useEffect(() => {
    suspensionAddresses(user).then(
      (addresses) => {
        found.value = addresses;
      },
      () => {
        failed.value = true;
      },
    );
  }, [user]);
  return (
    <div class="suspend-addresses" data-testid="suspend-addresses">
      <label class="choice">
        <input type="checkbox" name="addresses" aria-describedby={id} />
        <span class="choice-text">
          <span class="choice-label">{t.suspendAddresses}</span>
          <span class="hint">{t.suspendAddressesHint}</span>
        </span>
      </label>
      <div id={id} class="hint">
        {found.value ? <Found {...found.value} /> : failed.value ? t.addressesFailed : t.addressesLooking}
      </div>
    </div>
  );
}

function Found({ banned, spared }: Addresses) {
  return (
    <>
      {banned.length > 0 ? <Listed title={t.addressesBanned} all={banned} /> : <p>{t.addressesNone}</p>}
      {spared.length > 0 && <Listed title={t.addressesSpared} all={spared} />}
    </>
  );
}

function Listed({ title, all }: { title: string; all: readonly string[] }) {
  return (
    <>
      <p>{title}</p>
      <ul class="addresses">
        {all.map((address) => (
          <li key={address}>
            <code>{address}</code>
          </li>
        ))}
      </ul>
    </>
  );
}
