import { type Signal, useSignal } from '@preact/signals';
import { endOtherSessions, endSession, sessions } from '../../api/account';
import type { Session } from '../../api/account-records';
import { ago, fullTime, isoTime, shortTime } from '../../model/format';
import { toast } from '../../model/toasts';
import { texts } from '../../texts';
import { Confirm } from '../../view/confirm';
import { LoadFailed, useLoading } from '../../view/loading';

const t = texts.settings.sessions;

type List = Signal<readonly Session[] | null>;

export function SessionsSection() {
  const list: List = useSignal(null);
  const loading = useLoading(async () => {
    // This browser first; then those that were used last, as they come.
    list.value = [...(await sessions())].sort((a, b) => Number(b.current) - Number(a.current));
  });
  const others = list.value?.filter((one) => !one.current) ?? [];
  return (
    <>
      <p>{t.lead}</p>
      <LoadFailed loading={loading} text={t.failed} />
      <ul class="item-list" data-testid="sessions">
        {list.value?.map((one) => (
          <SessionRow key={one.id} session={one} list={list} />
        ))}
      </ul>
      {list.value && others.length === 0 && <p class="hint">{t.alone}</p>}
      {others.length > 1 && (
        <Confirm
          label={t.endOthers}
          question={t.endOthersQuestion(others.length)}
          testid="end-others"
          act={async () => {
            await endOtherSessions();
            list.value = list.value?.filter((one) => one.current) ?? null;
            toast(t.endedOthers);
          }}
        />
      )}
    </>
  );
}

function SessionRow({ session, list }: { session: Session; list: List }) {
  const device = session.device || t.unknownDevice;
  const end = async () => {
    await endSession(session.id);
    list.value = list.value?.filter((one) => one !== session) ?? null;
    toast(t.ended);
  };
  return (
    <li class="item" data-testid="session" data-session={session.id} data-current={session.current}>
      <div class="item-text">
        <p class="item-name" title={session.user_agent}>
          {device} {session.current && <span class="tag">{t.current}</span>}
        </p>
        <p class="hint">
          <time dateTime={isoTime(session.last_used_at)} title={fullTime(session.last_used_at)}>
            {t.used(ago(session.last_used_at, Date.now()), session.address)}
          </time>
        </p>
        <p class="hint">
          <time dateTime={isoTime(session.created_at)} title={fullTime(session.created_at)}>
            {t.begun(shortTime(session.created_at))}
          </time>
        </p>
      </div>
      {!session.current && (
        <Confirm
          label={t.end}
          name={t.endLabel(device)}
          question={t.endQuestion(device)}
          testid="end-session"
          act={end}
        />
      )}
    </li>
  );
}
