export { CometClient } from './client';
export type {
  CometDelegate,
  CometOptions,
  CometState,
  Cursor,
  Phase,
  Presence,
  PresenceNotice,
  TransportName,
  TransportOption,
} from './types';
