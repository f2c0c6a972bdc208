/** Whether an invite can still be used, and if not, why. */
import type { AdminInvite } from '../api/administration-records';

export type InviteState = 'open' | 'revoked' | 'used-up' | 'expired';

export function inviteState(
  { revoked, uses, max_uses, expires_at }: Pick<AdminInvite, 'revoked' | 'uses' | 'max_uses' | 'expires_at'>,
  now: number,
): InviteState {
  if (revoked) return 'revoked';
  if (max_uses !== null && uses >= max_uses) return 'used-up';
  return expires_at <= now ? 'expired' : 'open';
}
