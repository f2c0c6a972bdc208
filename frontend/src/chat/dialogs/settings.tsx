import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { setTheme, setTransport, theme, themes, transport, transports } from '../../model/settings';
import { texts } from '../../texts';
import { Dialog } from '../../view/dialog';
import { useChat } from '../context';

const t = texts.settings;

export function SettingsDialog({ onClose }: { onClose: () => void }) {
  const chat = useChat();
  return (
    <Dialog title={t.title} testid="settings-dialog" onClose={onClose}>
      <div class="dialog-body">
        <Choices
          legend={t.theme}
          name="theme"
          values={themes}
          value={theme.value}
          label={(value) => t.themes[value]}
          onChoose={setTheme}
        />
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
      </div>
    </Dialog>
  );
}

function Choices<T extends string>({
  legend,
  name,
  values,
  value,
  label,
  hint,
  onChoose,
}: {
  legend: string;
  name: string;
  values: readonly T[];
  value: T;
  label: (value: T) => string;
  hint?: (value: T) => string;
  onChoose: (value: T) => void;
}) {
  return (
    <fieldset class="choices" data-testid={`${name}-setting`}>
      <legend class="label">{legend}</legend>
      <div class="choices-row">
        {values.map((one) => (
          <label key={one} class="choice">
            <input
              type="radio"
              name={name}
              value={one}
              checked={one === value}
              onChange={() => onChoose(one)}
            />
            <span class="choice-text">
              <span class="choice-label">{label(one)}</span>
              {hint && <span class="hint">{hint(one)}</span>}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
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
    <section data-testid="connection-facts">
      <h3 class="label">{t.connection}</h3>
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
    </section>
  );
}
