/** The texts of the pages of somebody who is not signed in, and of accounts. */
import type { EndReason } from '../model/ending';
import { duration } from './words';

/** Why somebody is signed out. */
export const endedTexts: Record<EndReason, string> = {
  'signed-out': 'You are signed out.',
  elsewhere: 'You signed out in another tab, so this one is signed out too.',
  expired: 'Your session has ended. Sign in again to go on.',
  replaced: 'You signed in again in another tab. Sign in to go on here.',
  removed: 'You were signed out by an owner or admin. Sign in again to go on.',
  revoked: 'This browser was signed out from another one. If that was not you, change your password.',
  deactivated: 'Your account has been deactivated. Ask an owner of the workspace.',
  suspended: 'Your account is suspended. Signing in tells until when, and why.',
  'password-changed': 'Your password was changed. Sign in with the new one.',
};

export const accountTexts = {
  workspace: 'Workspace name',
  workspaceHint: 'Your team, your club, your family.',
  displayName: 'Your name',
  displayNameHint: 'As others see it.',
  username: 'User name',
  usernameHint: 'Letters, digits, dots, hyphens and underscores.',
  email: 'E-mail',
  optional: 'optional',
  password: 'Password',
  passwordHint: 'At least 8 characters. A few words you can remember are good.',
  login: 'User name or e-mail',
  code: 'Set-up code',
  codeHint: 'chatd printed it when it started. It shows that this server is yours.',
  showPassword: 'Show password',
  hidePassword: 'Hide password',
};

export const setupTexts = {
  title: 'Set up your workspace',
  lead: 'Two minutes, and people can talk.',
  yours: 'Your account',
  yoursHint: 'You will be the owner.',
  submit: 'Create workspace',
};

export const signInTexts = {
  suspended: (until: string | null, reason: string) =>
    `Your account is suspended ${until === null ? 'until somebody ends it' : `until ${until}`}.${reason === '' ? '' : ` Reason: ${reason}`}`,
  title: (workspace: string) => (workspace === '' ? 'Sign in' : `Sign in to ${workspace}`),
  submit: 'Sign in',
  wait: (seconds: number) => `Too many tries. You can try again in ${duration(seconds)}.`,
  busy: (seconds: number) => `The server is busy. Trying again in ${duration(seconds)}.`,
  noAccount: 'No account yet? Ask somebody in the workspace for an invite link.',
  newHere: 'New here?',
  createAccount: 'Create an account',
};

export const signUpTexts = {
  title: (workspace: string) => (workspace === '' ? 'Create an account' : `Join ${workspace}`),
  submit: 'Create account',
  haveAccount: 'I have an account already',
  closedTitle: 'An invite is needed',
  closed: 'Here nobody can make an account without one. Ask somebody in the workspace for an invite link.',
};

export const invitationTexts = {
  title: (workspace: string) => `Join ${workspace}`,
  lead: (name: string) => `${name} has invited you.`,
  submit: 'Create account',
  haveAccount: 'I have an account already',
  goneTitle: 'This invite no longer works',
  unknownTitle: 'This invite is not valid',
  unknown: 'The link may have been cut off on its way. Ask for it once more, or copy it whole.',
};
