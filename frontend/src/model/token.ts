/** Access tokens as the settings handle them. */
import type { TokenWish } from '../api/access';
import type { Scope } from '../api/account-records';

/** Days; the server takes up to ten years. */
export const lifetimes = [7, 30, 90, 365] as const;
export const usualLifetime = 90;

export const scopes: readonly Scope[] = ['read', 'read-write'];

/** The wish in a form's values. */
export function tokenWish({ name = '', scope, days }: Readonly<Record<string, string>>): TokenWish {
  return {
    name,
    scope: scope === 'read-write' ? 'read-write' : 'read',
    expires_in_days: Number(days) || usualLifetime,
  };
}

export interface ExampleOptions {
  /** Where chatd is, without a slash at the end. */
  readonly home: string;
  readonly secret: string;
  readonly scope: Scope;
  /** A room to write to; null when there is none. */
  readonly room: number | null;
  readonly hello: string;
}

/** A command that shows what the token can do: to post a message, or else to read what there is. */
export function exampleCommand({ home, secret, scope, room, hello }: ExampleOptions): string {
  const call = `curl -H ${quoted(`Authorization: Bearer ${secret}`)}`;
  if (scope === 'read' || room === null) return `${call} ${quoted(`${home}/api/v1/overview`)}`;
  const body = quoted(JSON.stringify({ body: hello }));
  const type = quoted('Content-Type: application/json');
  return `${call} -H ${type} -d ${body} ${quoted(`${home}/api/v1/rooms/${room}/messages`)}`;
}

/** As a shell reads it: one word, whatever is in it. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
