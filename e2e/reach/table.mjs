// The table that make reach prints.
import { modes } from './cell.mjs';

/**
 * A cell: where it was, and what came of it.
 * @typedef {{intermediary: string, kind: string, mode: string, result?: import('./cell.mjs').Result, error?: string}} Row
 */

const heads =
  'intermediary,browser,mode,HTTP,what it did,detected,used,listening,first message,slowest,lost,repeated,reordered'.split(
    ',',
  );

/** @param {Row[]} rows */
export function table(rows) {
  const lines = [heads, ...rows.map(cells)];
  const widths = heads.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const text = lines.map((line) =>
    line
      .map((word, n) => word.padEnd(widths[n] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const failed = rows.filter((row) => row.error);
  const reasons = failed.map(
    (row) => `\n${row.intermediary}, ${row.kind}, ${row.mode} failed:\n${row.error}`,
  );
  return [...text, ...reasons, '', `${rows.length} cells, ${failed.length} failed`, ''].join('\n');
}

/** @param {Row} row */
function cells({ intermediary, kind, mode, result }) {
  if (!result) return [intermediary, kind, mode, 'FAILED'];
  const { protocol, done, detected, used, listening, first, slowest, lost, repeated, reordered } = result;
  const found = [protocol, done || '–', detected, used, seconds(listening), seconds(first), seconds(slowest)];
  return [intermediary, kind, mode, ...found, ...[lost, repeated, reordered].map(String)];
}

/** @param {number} ms */
const seconds = (ms) => `${(ms / 1_000).toFixed(2)} s`;

/** In the order of the intermediaries, each with its browsers. @param {Row[]} rows @param {string[]} titles @param {string[]} kinds */
export function sorted(rows, titles, kinds) {
  const names = modes.map(String);
  const place = (/** @type {Row} */ { intermediary, kind, mode }) =>
    (titles.indexOf(intermediary) * kinds.length + kinds.indexOf(kind)) * names.length + names.indexOf(mode);
  return rows.toSorted((a, b) => place(a) - place(b));
}
