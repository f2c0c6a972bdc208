/** What the server says when it refuses. */
import type { Problem } from '../api/http';
import { endTime } from './format';

/** The moment in a sentence of the server's, who does not know where the reader is. */
const moment = /\d{1,2} [A-Z][a-z]+ \d{4}, \d{2}:\d{2} UTC/;

/** Its sentence, with the end of what stands in the way as the reader's clock will show it. */
export function refusal({ message, until }: Problem): string {
  return until === null ? message : message.replace(moment, () => endTime(until));
}
