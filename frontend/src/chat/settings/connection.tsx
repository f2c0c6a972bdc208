import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { setTransport, transport, transports } from '../../model/settings';
import { texts } from '../../texts';
import { Choices } from '../../view/choices';
import { useChat } from '../context';

const t = texts.settings;

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
    </>
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

  const { phase, transport: used, roundTrip } = connection.state.value;
  const { lastEventAt } = client.state;
  const ago = lastEventAt === null ? null : Math.max(0, Math.floor((now.value - lastEventAt) / 1000));
  return (
    <div data-testid="connection-facts">
      <h4 class="label">{t.facts}</h4>
      <dl class="facts">
        <dt>{t.state}</dt>
        <dd data-testid="fact-state">{t.phases[phase]}</dd>
        <dt>{t.used}</dt>
        <dd data-testid="fact-transport">{used ? t.kinds[used] : t.unknown}</dd>
        <dt>{t.roundTrip}</dt>
        <dd data-testid="fact-round-trip">{roundTrip === null ? t.unknown : t.milliseconds(roundTrip)}</dd>
        <dt>{t.lastEvent}</dt>
        <dd data-testid="fact-last-event">{ago === null ? t.never : t.ago(ago)}</dd>
      </dl>
    </div>
  );
}
