import { useSignal } from '@preact/signals';
import { figures } from '../api/administration';
import type { DayFigure, Figures } from '../api/administration-records';
import { bytes, count } from '../model/format';
import { administration } from '../texts/administration';
import { LoadFailed, useLoading } from '../view/loading';
import { DayChart } from './day-chart';

const t = administration.figures;

/** What the workspace amounts to, and what happened day by day. */
export function FiguresSection() {
  const found = useSignal<Figures | null>(null);
  const loading = useLoading(async () => {
    found.value = await figures();
  });
  return (
    <>
      <LoadFailed loading={loading} text={administration.list.failed} />
      {found.value && (
        <>
          <Totals figures={found.value} />
          <Charts days={found.value.days} />
        </>
      )}
    </>
  );
}

function Totals({
  figures: { people, rooms, messages, bytes: size, connections, nodes },
}: {
  figures: Figures;
}) {
  const totals = [
    [t.people, count(people.active), t.peopleMore(people.here, people.guests)],
    [t.rooms, count(rooms.public + rooms.private), t.roomsMore(rooms.private, rooms.archived)],
    [t.messages, count(messages), t.messagesMore(rooms.direct)],
    [t.storage, bytes(size), t.storageMore],
    [t.connections, count(connections), t.connectionsMore(nodes)],
    [
      t.closed,
      count(people.suspended + people.deactivated),
      t.closedMore(people.suspended, people.deactivated),
    ],
  ] as const;
  return (
    <dl class="totals" data-testid="totals">
      {totals.map(([name, value, more]) => (
        <div key={name} class="total">
          <dt>{name}</dt>
          <dd class="total-value">{value}</dd>
          <dd class="hint">{more}</dd>
        </div>
      ))}
    </dl>
  );
}

function Charts({ days }: { days: readonly DayFigure[] }) {
  if (days.length === 0) return <p class="hint">{t.noDays}</p>;
  return (
    <>
      <h3 class="settings-title">{t.charts}</h3>
      <div class="charts">
        <DayChart title={t.chartMessages} days={days} value={(day) => day.messages} words={count} />
        <DayChart title={t.chartWriters} days={days} value={(day) => day.writers} words={count} />
        <DayChart title={t.chartPeople} days={days} value={(day) => day.people} words={count} />
        <DayChart title={t.chartBytes} days={days} value={(day) => day.bytes} words={bytes} />
      </div>
      <details class="day-table">
        <summary>{t.asTable}</summary>
        <DayTable days={days} />
      </details>
    </>
  );
}

/** The same in numbers, the newest first. */
function DayTable({ days }: { days: readonly DayFigure[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls in itself, with the keyboard too
    <section class="table-frame" aria-label={t.asTable} tabIndex={0}>
      <table class="table" data-testid="day-table">
        <thead>
          <tr>
            <th scope="col">{t.day}</th>
            {[t.chartMessages, t.chartWriters, t.chartPeople, t.rooms, t.chartBytes].map((title) => (
              <th key={title} scope="col" class="number">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[...days].reverse().map((day) => (
            <tr key={day.day}>
              <th scope="row">
                <time dateTime={day.day}>{t.date(day.day)}</time>
              </th>
              {[day.messages, day.writers, day.people, day.rooms].map((value, i) => (
                <td key={i} class="number">
                  {count(value)}
                </td>
              ))}
              <td class="number">{day.bytes === null ? t.notCounted : bytes(day.bytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
