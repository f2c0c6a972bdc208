/** Long lists in columns; on a narrow screen each row is a card with the names of the columns. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from './icons';
import { narrow } from './media';

export interface Column<T> {
  readonly key: string;
  readonly title: string;
  /** Numbers stand one below the other. */
  readonly number?: boolean;
  readonly cell: (row: T) => ComponentChildren;
}

interface Props<T> {
  label: string;
  /** What a row is about: the first column, and the head of its card. */
  head: Column<T>;
  columns: readonly Column<T>[];
  rows: readonly T[];
  idOf: (row: T) => string | number;
  /** What is shown below a row once it is opened. */
  detail: (row: T) => ComponentChildren;
  /** The name of the button that opens a row. */
  openLabel: (row: T) => string;
  testid: string;
}

/** One row at a time is open. Escape closes it, and gives the focus back to its button. */
export function Table<T>(props: Props<T>) {
  const { rows, idOf } = props;
  const open = useSignal<string | number | null>(null);
  const panel = useId();
  const around = useRef<HTMLDivElement>(null);
  const returning = useRef(false);
  useLayoutEffect(() => {
    if (!returning.current) return;
    returning.current = false;
    around.current?.querySelector<HTMLElement>('[data-last-open]')?.focus();
  });
  const last = useSignal<string | number | null>(null);
  const parts = (row: T): RowParts => {
    const id = idOf(row);
    const shown = open.value === id;
    const button = (
      <button
        type="button"
        class="row-button"
        aria-expanded={shown}
        aria-controls={shown ? panel : undefined}
        aria-label={props.openLabel(row)}
        data-last-open={last.value === id ? '' : undefined}
        data-testid={`${props.testid}-open`}
        onClick={() => {
          last.value = id;
          open.value = shown ? null : id;
        }}
      >
        <Icon name="forward" />
      </button>
    );
    const detail = shown && (
      // biome-ignore lint/a11y/noStaticElementInteractions: takes only the key that closes it
      <div
        id={panel}
        class="row-detail"
        data-testid={`${props.testid}-detail`}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || event.defaultPrevented) return;
          event.preventDefault();
          returning.current = true;
          open.value = null;
        }}
      >
        {props.detail(row)}
      </div>
    );
    return { id, shown, button, detail };
  };
  const all = rows.map(parts);
  return (
    <div ref={around}>{narrow.value ? <Cards {...props} all={all} /> : <Grid {...props} all={all} />}</div>
  );
}

interface RowParts {
  readonly id: string | number;
  readonly shown: boolean;
  readonly button: ComponentChildren;
  readonly detail: ComponentChildren;
}

type Shown<T> = Props<T> & { all: readonly RowParts[] };

function Grid<T>({ label, head, columns, rows, all, testid }: Shown<T>) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls in itself, with the keyboard too
    <section class="table-frame" aria-label={label} tabIndex={0}>
      <table class="table" data-testid={testid}>
        <thead>
          <tr>
            {[head, ...columns].map(({ key, title, number }) => (
              <th key={key} scope="col" class={number ? 'number' : undefined}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => {
            const { id, shown, button, detail } = all[i] ?? noParts;
            return [
              <tr key={id} data-open={shown} data-testid={`${testid}-row`} data-id={id}>
                <th scope="row">
                  <div class="row-head">
                    {button}
                    {head.cell(row)}
                  </div>
                </th>
                {columns.map((column) => (
                  <td key={column.key} class={column.number ? 'number' : undefined}>
                    {column.cell(row)}
                  </td>
                ))}
              </tr>,
              detail && (
                <tr key={`${id}-detail`} class="detail-row">
                  <td colSpan={columns.length + 1}>{detail}</td>
                </tr>
              ),
            ];
          })}
        </tbody>
      </table>
    </section>
  );
}

function Cards<T>({ label, head, columns, rows, all, testid }: Shown<T>) {
  return (
    <ul class="row-cards" aria-label={label} data-testid={testid}>
      {rows.map((row, i) => {
        const { id, shown, button, detail } = all[i] ?? noParts;
        return (
          <li key={id} class="row-card" data-open={shown} data-testid={`${testid}-row`} data-id={id}>
            <div class="row-head">
              {button}
              {head.cell(row)}
            </div>
            <dl class="row-facts">
              {columns.map((column) => (
                <div key={column.key}>
                  <dt>{column.title}</dt>
                  <dd>{column.cell(row)}</dd>
                </div>
              ))}
            </dl>
            {detail}
          </li>
        );
      })}
    </ul>
  );
}

const noParts: RowParts = { id: '', shown: false, button: null, detail: null };
