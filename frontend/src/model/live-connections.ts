/** What is connected of the browser in which this page is. */
import type { Connected } from '../api/account-records';

/**
 * With what this page itself knows of its connection, which is newer than what the server has heard: that takes the
 * place of the one that is connected in the same way, or else of one of a page, which may just have changed its way.
 */
export function withOwn(own: Connected | null, connected: readonly Connected[]): readonly Connected[] {
  if (own === null) return connected;
  const same = connected.findIndex((one) => isPage(one) && one.transport === own.transport);
  const mine = same >= 0 ? same : connected.findIndex(isPage);
  return [own, ...connected.filter((_, i) => i !== mine)];
}

function isPage({ device }: Connected): boolean {
  return device === 'browser' || device === 'phone';
}
