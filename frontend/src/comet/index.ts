export { CometClient } from './client';
export type {
  Activity,
  CometDelegate,
  CometOptions,
  CometState,
  Cursor,
  Detected,
  Obstacle,
  Phase,
  Presence,
  PresenceNotice,
  TransportName,
  TransportOption,
} from './types';
