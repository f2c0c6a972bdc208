/** Changes what I am to others. It shows at once and is taken back when the server does not take it. */
import type { Choice } from '../api/presence-records';
import type { Me } from '../api/records';
import type { Chat } from './chat';
import { endOf, type PresenceEnd } from './ends';
import type { Wish } from './people';

export function choosePresence(chat: Chat, choice: Choice, end: PresenceEnd = 'none'): Promise<void> {
  const until = endOf(end, Date.now());
  return change(chat, { presence: { choice, until } }, { presence: { choice, until: time(until) } });
}

export function chooseNotices(chat: Chat, notices: Me['notices']): Promise<void> {
  return change(chat, { notices }, { notices });
}

/** Whether others see what I have read. */
export function chooseSeenBy(chat: Chat, seen_by: boolean): Promise<void> {
  return change(chat, { seen_by }, { seen_by });
}

export function chooseSendWith(chat: Chat, send_with: Me['send_with']): Promise<void> {
  return change(chat, { send_with }, { send_with });
}

async function change(chat: Chat, shown: Wish, wanted: Parameters<Chat['changeMe']>[0]): Promise<void> {
  const ended = chat.people.wish(shown);
  try {
    await chat.changeMe(wanted);
  } finally {
    ended();
  }
}

/** Sets or, with nothing in it, clears my status. */
export function setStatus(chat: Chat, emoji: string, text: string, until: number | null): Promise<void> {
  const none = emoji === '' && text === '';
  return chat.changeMe({ status: none ? null : { emoji, text, until: time(until) } });
}

/** Others see on my card what time it is where I am. */
export function tellTimeZone(chat: Chat): void {
  const time_zone = Intl.DateTimeFormat().resolvedOptions().timeZone ?? '';
  if (time_zone === '' || time_zone === chat.me.time_zone) return;
  chat.changeMe({ time_zone }).catch(() => {
    // The next visit tells it.
  });
}

function time(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
