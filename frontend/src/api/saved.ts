/** The routes of messages that I saved for later. */
import { request } from './http';
import { type Message, message } from './message-records';
import { flag, instant, list, or, type Parser, record, text } from './parse';

export interface SavedMessage {
  readonly message: Message;
  /** Milliseconds since 1970. */
  readonly saved_at: number;
}

const savedMessage: Parser<SavedMessage> = record<SavedMessage>({ message, saved_at: instant });

export interface SavedPage {
  /** What was saved last comes first. */
  readonly saved: readonly SavedMessage[];
  /** Where the next page begins; empty when there is none. */
  readonly next: string;
}

const savedPage: Parser<SavedPage> = record<SavedPage>({
  saved: or(list(savedMessage), []),
  next: or(text, ''),
});

/** `before` is where the page before ended; empty for the first page. */
export async function saved(before: string, limit: number): Promise<SavedPage> {
  const params = new URLSearchParams({ limit: String(limit) });
  if (before !== '') params.set('before', before);
  return savedPage(await request('GET', `/api/v1/me/saved?${params}`), 'saved');
}

/** Keeps a message for later, or does not any more. Returns whether it is kept. */
export async function setSaved(room: number, number: number, on: boolean): Promise<boolean> {
  const answer = record<{ saved: boolean }>({ saved: flag });
  const path = `/api/v1/me/saved/${room}/${number}`;
  return answer(await request(on ? 'PUT' : 'DELETE', path), 'saved').saved;
}
