import { useId } from 'preact/hooks';
import type { DayFigure } from '../api/administration-records';
import { type Chart, chart } from '../model/chart';
import { administration } from '../texts/administration';

const t = administration.figures;

/** How many days are shown. */
const DAYS = 90;
/** The inside of a picture, in its own units: one column is 4 wide, with a gap of 1. */
const WIDTH = DAYS * 4;
const HEIGHT = 100;

/** A small picture of the last days; what it says stands in words, too. */
export function DayChart({
  title,
  days,
  value,
  words,
}: {
  title: string;
  days: readonly DayFigure[];
  value: (day: DayFigure) => number | null;
  words: (value: number) => string;
}) {
  const id = useId();
  const found = chart(
    days.map((day) => ({ day: day.day, value: value(day) })),
    DAYS,
  );
  const most = found?.columns.reduce(
    (best, one) => (one.value > best.value ? one : best),
    found.columns[0] ?? none,
  );
  const last = found?.columns.at(-1);
  return (
    <figure class="chart" aria-labelledby={id}>
      <figcaption id={id} class="chart-title">
        {title}
      </figcaption>
      {found && most && last ? (
        <>
          <p class="chart-words">
            {t.last(words(last.value))}{' '}
            <span class="hint">{t.most(words(most.value), t.date(most.day))}</span>
          </p>
          <div class="chart-frame">
            <span class="chart-top">{words(found.top)}</span>
            <Columns found={found} words={words} />
          </div>
          <p class="chart-days">
            <span>{t.date(found.first)}</span>
            <span>{t.date(found.last)}</span>
          </p>
        </>
      ) : (
        <p class="hint">{t.notYet}</p>
      )}
    </figure>
  );
}

const none = { day: '', value: 0, at: 0, height: 0 };

/** For the eye only: the table below it has the same numbers. */
function Columns({ found, words }: { found: Chart; words: (value: number) => string }) {
  return (
    <svg
      class="chart-columns"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
    >
      <line class="chart-line" x1="0" x2={WIDTH} y1="0.5" y2="0.5" />
      <line class="chart-line" x1="0" x2={WIDTH} y1={HEIGHT / 2} y2={HEIGHT / 2} />
      {found.columns.map(({ day, value, at, height }) => (
        <rect
          key={day}
          class="chart-column"
          x={at * 4}
          width="3"
          y={HEIGHT - Math.max(height * HEIGHT, value > 0 ? 1 : 0)}
          height={Math.max(height * HEIGHT, value > 0 ? 1 : 0)}
        >
          <title>{`${t.date(day)}: ${words(value)}`}</title>
        </rect>
      ))}
      <line class="chart-ground" x1="0" x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
    </svg>
  );
}
