/** The routes of what I began to write, which the server keeps for my other devices. */
import { type Draft, draft } from './attention-records';
import { request } from './http';
import { list, or, record } from './parse';

export interface DraftChange {
  readonly room_id: number;
  /** Number of the thread's root; 0 for the room itself. */
  readonly thread: number;
  /** Empty takes the draft away. */
  readonly text: string;
  /** Names this page: the hint about the change repeats it. */
  readonly client: string;
}

export async function drafts(): Promise<readonly Draft[]> {
  const answer = record<{ drafts: readonly Draft[] }>({ drafts: or(list(draft), []) });
  return answer(await request('GET', '/api/v1/me/drafts'), 'drafts').drafts;
}

/** `leaving` says that the page may be gone before the answer: the request outlives it. */
export async function putDraft(change: DraftChange, leaving = false): Promise<void> {
  await request('PUT', '/api/v1/me/drafts', { body: change, keepalive: leaving });
}
