/** Long lists in columns; on a narrow screen each row is a card with the names of the columns. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useId, useRef } from 'preact/hooks';
import { Icon } from './icons';

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

/**
 * One row at a time is open. Escape closes it, and gives the focus back to its button. It is the same table on a narrow
 * screen, so that nothing that is open or typed is lost when the screen is turned.
 */
export function Table<T>({ label, head, columns, rows, idOf, detail, openLabel, testid }: Props<T>) {
  const open = useSignal<string | number | null>(null);
  const panel = useId();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls in itself, with the keyboard too
    <section class="table-frame table-of-cards" aria-label={label} tabIndex={0}>
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
          {rows.map((row) => {
            const id = idOf(row);
            const shown = open.value === id;
            return (
              <Row
                key={id}
                id={id}
                head={head}
                columns={columns}
                row={row}
                panel={panel}
                openLabel={openLabel(row)}
                detail={shown ? detail(row) : null}
                testid={testid}
                onToggle={() => {
                  open.value = shown ? null : id;
                }}
              />
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function Row<T>({
  id,
  head,
  columns,
  row,
  panel,
  openLabel,
  detail,
  testid,
  onToggle,
}: {
  id: string | number;
  head: Column<T>;
  columns: readonly Column<T>[];
  row: T;
  panel: string;
  openLabel: string;
  /** Null while the row is closed. */
  detail: ComponentChildren;
  testid: string;
  onToggle: () => void;
}) {
  const button = useRef<HTMLButtonElement>(null);
  const shown = detail !== null;
  return (
    <>
      <tr data-open={shown} data-testid={`${testid}-row`} data-id={id}>
        <th scope="row">
          <div class="row-head">
            <button
              ref={button}
              type="button"
              class="row-button"
              aria-expanded={shown}
              aria-controls={shown ? panel : undefined}
              aria-label={openLabel}
              data-testid={`${testid}-open`}
              onClick={onToggle}
            >
              <Icon name="forward" />
            </button>
            {head.cell(row)}
          </div>
        </th>
        {columns.map((column) => (
          <td key={column.key} class={column.number ? 'number' : undefined} data-title={column.title}>
            {column.cell(row)}
          </td>
        ))}
      </tr>
      {shown && (
        <tr class="detail-row">
          <td colSpan={columns.length + 1}>
            {/* biome-ignore lint/a11y/noStaticElementInteractions: takes only the key that closes it */}
            <div
              id={panel}
              class="row-detail"
              data-testid={`${testid}-detail`}
              onKeyDown={(event) => {
                if (event.key !== 'Escape' || event.defaultPrevented) return;
                event.preventDefault();
                button.current?.focus();
                onToggle();
              }}
            >
              {detail}
            </div>
          </td>
        </tr>
      )}
    </>
  );
}
