/** The records about my own account: where I am signed in, and my access tokens. */
import { flag, instant, nullable, oneOf, or, record, text, whole } from './parse';

/** A browser in which I am signed in. */
export interface Session {
  readonly id: string;
  readonly current: boolean;
  readonly device: string;
  readonly user_agent: string;
  readonly address: string;
  readonly created_at: number;
  readonly last_used_at: number;
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
