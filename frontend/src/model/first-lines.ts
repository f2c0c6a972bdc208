/** The first unread messages of a room, as something happens to them. */
import type { ChatEvent } from '../api/events';
import type { Message } from '../api/records';

/** What is to be shown after an event; null when that is to be asked for, the same list when nothing is another. */
export function changedLines(lines: readonly Message[], event: ChatEvent): readonly Message[] | null {
  switch (event.kind) {
    case 'message-edited': {
      const { message } = event;
      const has = lines.some(({ number }) => number === message.number);
      return has ? lines.map((line) => (line.number === message.number ? message : line)) : lines;
    }
    case 'messages-deleted': {
      const gone = new Set(event.numbers);
      const has = lines.some(({ number }) => gone.has(number));
      return has ? lines.map((line) => (gone.has(line.number) ? { ...line, deleted: true } : line)) : lines;
    }
    case 'messages-undeleted':
      return lines.some(({ number }) => event.numbers.includes(number)) ? null : lines;
    default:
      return lines;
  }
}
