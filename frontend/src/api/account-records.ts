/** The records about my own account: where I am signed in, and my access tokens. */
import { flag, instant, list, nullable, oneOf, or, record, text, whole } from './parse';

/** One page or program that is connected at this moment. */
export interface Connected {
  /** `browser`, `phone`, `plain`, `api`, or a newer server's word. */
  readonly device: string;
  /** Empty when it is not known. */
  readonly transport: string;
  readonly round_trip_ms: number | null;
  readonly idle: boolean;
}

/** A browser in which I am signed in. */
export interface Session {
  readonly id: string;
  readonly current: boolean;
  readonly device: string;
  readonly user_agent: string;
  readonly address: string;
  readonly created_at: number;
  readonly last_used_at: number;
  /** What it was used with last, as a `Connected` says it. */
  readonly kind: string;
  readonly connected: readonly Connected[];
}

export type Scope = 'read' | 'read-write';

export interface Token {
  readonly id: string;
  readonly name: string;
  readonly scope: Scope;
  readonly created_at: number;
  readonly last_used_at: number | null;
  readonly expires_at: number;
}

export interface NewToken extends Token {
  /** Shown once. */
  readonly token: string;
}

/** What a change of the password did to the other sessions, and how many tokens stay. */
export interface PasswordChange {
  readonly ended: number;
  readonly tokens: number;
}

export const session = record<Session>({
  id: text,
  current: flag,
  device: or(text, ''),
  user_agent: or(text, ''),
  address: or(text, ''),
  created_at: instant,
  last_used_at: instant,
  kind: or(text, ''),
  connected: or(
    list(
      record<Connected>({
        device: or(text, ''),
        transport: or(text, ''),
        round_trip_ms: nullable(whole),
        idle: or(flag, false),
      }),
    ),
    [],
  ),
});

const tokenShape = {
  id: text,
  name: text,
  scope: oneOf<Scope>('read', 'read-write'),
  created_at: instant,
  last_used_at: nullable(instant),
  expires_at: instant,
};
export const token = record<Token>(tokenShape);
export const newToken = record<NewToken>({ ...tokenShape, token: text });

export const passwordChange = record<PasswordChange>({ ended: whole, tokens: whole });
