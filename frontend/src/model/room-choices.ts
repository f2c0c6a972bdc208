/** What can be chosen for a room where any number would do. */

/** Seconds between two messages of one person. */
export const slowModes: readonly number[] = [0, 5, 10, 30, 60, 300, 900, 3600, 21600];

/** Days that messages are kept: null as long as the workspace says, 0 for ever. */
export const retentions: readonly (number | null)[] = [null, 0, 7, 30, 90, 365, 730];

/** The choices as values of a form, with the present one, which may be another. */
export function values(choices: readonly (number | null)[], present: number | null): readonly string[] {
  const all = choices.includes(present) ? choices : [...choices, present];
  return all.map(String);
}
