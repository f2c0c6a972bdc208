import { type Signal, useSignal } from '@preact/signals';
import { revokeToken, tokens } from '../../api/access';
import type { NewToken, Token } from '../../api/account-records';
import { ago, isoTime, shortDate } from '../../model/format';
import { toast } from '../../model/toasts';
import { settingsTexts } from '../../texts/settings';
import { Confirm } from '../../view/confirm';
import { LoadFailed, useLoading } from '../../view/loading';
import { CreateToken, MadeToken } from './new-token';

const t = settingsTexts.tokens;

type List = Signal<readonly Token[] | null>;

export function TokensSection() {
  const list: List = useSignal(null);
  const made = useSignal<NewToken | null>(null);
  const loading = useLoading(async () => {
    list.value = await tokens();
  });
  return (
    <>
      <p>{t.lead}</p>
      {made.value && <MadeToken key={made.value.id} token={made.value} />}
      <h4 class="settings-part">{t.createTitle}</h4>
      <CreateToken
        onMade={(token) => {
          made.value = token;
          list.value = [token, ...(list.value ?? [])];
        }}
      />
      <h4 class="settings-part">{t.yours}</h4>
      <LoadFailed loading={loading} text={t.failed} />
      {list.value?.length === 0 && <p class="hint">{t.none}</p>}
      <ul class="item-list" data-testid="tokens">
        {list.value?.map((one) => (
          <TokenRow
            key={one.id}
            token={one}
            onRevoke={async () => {
              await revokeToken(one.id);
              list.value = list.value?.filter((other) => other.id !== one.id) ?? null;
              if (made.value?.id === one.id) made.value = null;
              toast(t.revoked);
            }}
          />
        ))}
      </ul>
    </>
  );
}

function TokenRow({ token, onRevoke }: { token: Token; onRevoke: () => Promise<void> }) {
  const now = Date.now();
  const { name, scope, created_at, last_used_at, expires_at } = token;
  return (
    <li class="item" data-testid="token" data-token={token.id}>
      <div class="item-text">
        <p class="item-name" dir="auto">
          {name}
        </p>
        <p class="hint">
          {t.may(t.scopes[scope])} ·{' '}
          <time dateTime={isoTime(expires_at)}>
            {expires_at > now ? t.until(shortDate(expires_at)) : t.expired(shortDate(expires_at))}
          </time>
        </p>
        <p class="hint">
          {t.created(shortDate(created_at))} ·{' '}
          {last_used_at === null ? t.unused : t.used(ago(last_used_at, now))}
        </p>
      </div>
      <Confirm
        label={t.revoke}
        name={t.revokeLabel(name)}
        question={t.revokeQuestion(name)}
        danger
        testid="revoke-token"
        act={onRevoke}
      />
    </li>
  );
}
