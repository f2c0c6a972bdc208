import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { endOtherSessions, endSession, sessions } from '../../api/access';
import type { Connected, Session } from '../../api/account-records';
import { ago, fullTime, isoTime, shortTime } from '../../model/format';
import { idle } from '../../model/idle';
import { withOwn } from '../../model/live-connections';
import { toast } from '../../model/toasts';
import { settingsTexts } from '../../texts/settings';
import { Confirm } from '../../view/confirm';
import { Dot } from '../../view/dot';
import { LoadFailed, useLoading } from '../../view/loading';
import { useChat } from '../context';

const t = settingsTexts.sessions;

/** Milliseconds between two looks at what is connected, while somebody looks. */
const PACE = 10_000;

type List = Signal<readonly Session[] | null>;

export function SessionsSection() {
  const list: List = useSignal(null);
  const loading = useLoading(async () => {
    // This browser first; then those that were used last, as they come.
    list.value = [...(await sessions())].sort((a, b) => Number(b.current) - Number(a.current));
  });
  useEffect(() => {
    const timer = setInterval(() => void refreshConnected(list), PACE);
    return () => clearInterval(timer);
  }, []);
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

/** Takes over what is connected; rows keep their places, and new ones come with the next opening. */
async function refreshConnected(list: List): Promise<void> {
  try {
    const now = new Map((await sessions()).map((one) => [one.id, one]));
    list.value = list.peek()?.map((one) => now.get(one.id) ?? one) ?? null;
  } catch {
    // The next look tells.
  }
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
        <Live session={session} />
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

/** Whether it is connected at this moment, and how: “Connected · stream · 12 ms”. */
function Live({ session: { current, kind, connected } }: { session: Session }) {
  const own = useOwnConnection();
  const live = withOwn(current ? own : null, connected);
  const used = live.find((one) => !one.idle) ?? live[0];
  const words = used ? [used.idle ? t.connectedAway : t.connected, ...how(used)] : [t.notConnected];
  const what = t.kinds[kind as keyof typeof t.kinds];
  if (what) words.unshift(what);
  return (
    <p class="session-live" data-testid="session-live" data-connected={live.length}>
      <Dot state={used ? (used.idle ? 'away' : 'online') : 'offline'} named={false} />
      {words.join(' · ')}
    </p>
  );
}

function how({ transport, round_trip_ms }: Connected): string[] {
  const words: string[] = [];
  const name = t.transports[transport as keyof typeof t.transports] ?? transport;
  if (name !== '') words.push(name);
  if (round_trip_ms !== null) words.push(settingsTexts.milliseconds(round_trip_ms));
  return words;
}

/** What this page itself knows of its connection is newer than what the server has heard. */
function useOwnConnection(): Connected | null {
  const { connection } = useChat();
  const { phase, transport, roundTrip } = connection.state.value;
  if (phase !== 'listening' || transport === null) return null;
  return { device: '', transport, round_trip_ms: roundTrip, idle: idle.value };
}
