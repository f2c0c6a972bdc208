import type { WorkspaceSettings } from '../api/administration-records';

type Typed = Readonly<Record<string, string>>;

/**
 * What the form about the workspace changes: only what is different from what was there when it was opened, null when
 * nothing is. What others have changed meanwhile is not put back so.
 */
export function settingsChange(opened: WorkspaceSettings, typed: Typed): Partial<WorkspaceSettings> | null {
  const { name = opened.name } = typed;
  const days = typed.retention_days === undefined ? opened.retention_days : Number(typed.retention_days);
  const wanted: WorkspaceSettings = {
    name,
    sign_up: typed.sign_up === 'open' || typed.sign_up === 'invite' ? typed.sign_up : opened.sign_up,
    // For ever is told as null.
    retention_days: days === 0 ? null : days,
    flood_messages: numberOf(typed.flood_messages, opened.flood_messages),
    flood_seconds: numberOf(typed.flood_seconds, opened.flood_seconds),
  };
  const changed = Object.entries(wanted).filter(
    ([key, value]) => value !== opened[key as keyof WorkspaceSettings],
  );
  return changed.length === 0 ? null : Object.fromEntries(changed);
}

/** What is no whole number becomes 0, which the server refuses with a sentence. */
function numberOf(typed: string | undefined, before: number): number {
  if (typed === undefined) return before;
  return /^\d+$/.test(typed) ? Number(typed) : 0;
}
