import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { finding, type Finding } from '../../model/connection';
import { moment } from '../../model/format';
import { setTransport, transport, transports } from '../../model/settings';
import { ConnectionCheckView } from '../../pages/connection-check';
import { texts } from '../../texts';
import { settingsTexts } from '../../texts/settings';
import { Button } from '../../view/button';
import { Choices } from '../../view/choices';
import { useChat } from '../context';

const t = settingsTexts;

export function ConnectionSection() {
  const chat = useChat();
  return (
    <>
      <Choices
        legend={t.transport}
        name="transport"
        values={transports}
        value={transport.value}
        label={(value) => t.transports[value]}
        hint={(value) => t.transportHints[value]}
        onChoose={(value) => {
          setTransport(value);
          chat.client.setTransport(value);
        }}
      />
      <ConnectionFacts />
      <Measure />
      <Check />
    </>
  );
}

/** Tests the way to the server, when somebody wants that. */
function Check() {
  const wanted = useSignal(false);
  if (wanted.value) return <ConnectionCheckView focused />;
  return (
    <div>
      <Button
        data-testid="check"
        onClick={() => {
          wanted.value = true;
        }}
      >
        {texts.connection.check}
      </Button>
    </div>
  );
}

/** The truth about the connection, measured while somebody looks. */
function ConnectionFacts() {
  const { client, connection } = useChat();
  const now = useSignal(Date.now());
  useEffect(() => {
    const measure = () => void client.ping().catch(() => {});
    measure();
    const pings = setInterval(measure, 5_000);
    const clock = setInterval(() => {
      now.value = Date.now();
    }, 1_000);
    return () => {
      clearInterval(pings);
      clearInterval(clock);
    };
  }, [client]);

  const state = connection.state.value;
  const { phase, transport: used, shared, roundTrip, node, since } = state;
  const { lastEventAt } = client.state;
  const ago = lastEventAt === null ? null : Math.max(0, Math.floor((now.value - lastEventAt) / 1000));
  return (
    <div data-testid="connection-facts">
      <h4 class="label">{t.facts}</h4>
      <dl class="facts">
        <dt>{t.state}</dt>
        <dd data-testid="fact-state">{t.since(t.phases[phase], moment(since, now.value))}</dd>
        <dt>{t.used}</dt>
        <dd data-testid="fact-transport">{used ? t.kinds[used] : t.unknown}</dd>
        <dt>{t.keptBy}</dt>
        <dd data-testid="fact-shared" data-shared={shared}>
          {used === null || used === 'poll' ? t.unknown : shared ? t.otherTab : t.thisTab}
        </dd>
        <dt>{t.roundTrip}</dt>
        <dd data-testid="fact-round-trip">{roundTrip === null ? t.unknown : t.milliseconds(roundTrip)}</dd>
        <dt>{t.lastEvent}</dt>
        <dd data-testid="fact-last-event">{ago === null ? t.never : t.ago(ago)}</dd>
        <dt class="fact-long">{t.node}</dt>
        <dd class="fact-long" data-testid="fact-node">
          {node ?? t.unknown}
        </dd>
        <dt class="fact-long">{t.found}</dt>
        <dd class="fact-long" data-testid="fact-found">
          {describe(finding(state, transport.value, now.value), now.value)}
        </dd>
      </dl>
    </div>
  );
}

function describe(found: Finding, now: number): string {
  switch (found.kind) {
    case 'nothing':
      return t.notMeasured;
    case 'free':
      return t.noObstacle;
    case 'obstacle': {
      const { why, at, until, over, forced } = found;
      const rest = until !== null ? t.pollsUntil(moment(until, now)) : over ? t.worksNow : '';
      return [t.obstacles[why](moment(at, now)), rest, forced ? t.forced : ''].filter(Boolean).join(' ');
    }
  }
}

/** Has it found out anew what comes through. */
function Measure() {
  const { client } = useChat();
  const busy = useSignal(false);
  const result = useSignal('');
  const measure = async () => {
    if (busy.peek()) return;
    busy.value = true;
    result.value = '';
    client.setTransport(transport.peek());
    client.retryNow();
    result.value = await took(client.ping());
    busy.value = false;
  };
  return (
    <div class="measure">
      <Button
        busy={busy.value}
        aria-disabled={busy.value}
        data-testid="measure"
        onClick={() => void measure()}
      >
        {t.measure}
      </Button>
      <p role="status" data-testid="measured">
        {result.value}
      </p>
    </div>
  );
}

async function took(ping: Promise<number>): Promise<string> {
  try {
    return t.measured(t.milliseconds(await ping));
  } catch {
    return t.unmeasured;
  }
}
