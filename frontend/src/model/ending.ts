/** Why somebody who was signed in is not any more. */
import { ownSuspension, type Suspension } from '../api/decisions';

export type EndReason = 'signed-out' | 'elsewhere' | (typeof endings)[number];

/** The server's reasons to end a session that have a sentence of their own. */
const endings = [
  'expired',
  'replaced',
  'removed',
  'revoked',
  'deactivated',
  'suspended',
  'password-changed',
] as const;

/** The reason that a word of the server's stands for; null for one that this page does not know. */
export function reasonOf(word: string): EndReason | null {
  if (word === 'signed-out') return 'elsewhere';
  return endings.find((one) => one === word) ?? null;
}

export interface Ending {
  readonly ended: EndReason;
  /** Of a suspension, its terms. */
  readonly suspension: Suspension | null;
}

/**
 * Asks the server, for the browser still has the cookie of the session that has ended. A request that is refused says no
 * reason, and may come before the word of the stream. Null when the server cannot tell or be reached.
 */
export async function askWhy(): Promise<Ending | null> {
  try {
    const found = await ownSuspension();
    const ended = reasonOf(found.ended);
    return ended && { ended, suspension: found.suspended ? found : null };
  } catch {
    return null;
  }
}
