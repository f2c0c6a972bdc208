/** Going to a message, and back to where one was. */
import { isObject } from '../api/parse';
import * as routes from '../api/routes';
import type { Place } from '../model/reel';
import type { Room } from '../model/room';
import { messagePath, threadPath } from '../model/route';
import { foundNote, leaveNote, navigate } from '../model/router';
import { toast } from '../model/toasts';
import { texts } from '../texts';
import { sentence } from '../view/sentence';

const t = texts.timeline;

/** Goes to a message of the room that is open. The back button leads back to this place. */
export function jumpTo(room: Room, number: number): void {
  const thread = room.messages.thread.peek();
  if (thread && thread.history.byNumber.peek().get(number)?.thread === thread.root) {
    thread.target.value = { number, flash: true };
    return;
  }
  leaveNote({ place: room.whereabouts() });
  navigate(messagePath(room.id, number));
}

/** Whether somebody who comes to the present address comes back to a place. */
export function comesBack(): boolean {
  const note = foundNote();
  return isObject(note) && 'place' in note;
}

/** Somebody came to an address of the room: by the back button, after a reload, or to look for a message. */
export function arrive(room: Room, wanted: number | null): void {
  const note = foundNote();
  if (isObject(note) && 'place' in note) {
    if (note.once === true) leaveNote(undefined);
    room.returnTo(placeOf(note.place)).catch((error: unknown) => toast(sentence(error), { bad: true }));
  } else if (wanted !== null) void look(room, wanted);
}

async function look(room: Room, number: number): Promise<void> {
  try {
    if (!(await room.goTo(number))) await explain(room, number);
  } catch (error) {
    const action = { label: texts.retry, run: () => void look(room, number) };
    toast(sentence(error), { bad: true, action });
  }
}

/** Why a message is not in the timeline. */
async function explain(room: Room, number: number): Promise<void> {
  const message = await routes.message(room.id, number).catch(() => null);
  if (message && !message.deleted && message.thread !== null) {
    navigate(threadPath(room.id, message.thread), { replace: true });
    leaveNote({ reply: number });
  } else toast(message ? t.wasDeleted : t.notThere, { bad: true });
}

/** The number of the reply for which somebody came to the address of its thread; null for none. */
export function wantedReply(): number | null {
  const note = foundNote();
  return isObject(note) && typeof note.reply === 'number' ? note.reply : null;
}

function placeOf(note: unknown): Place | null {
  if (!isObject(note)) return null;
  const { key, number, offset } = note;
  if (typeof key !== 'string' || typeof number !== 'number' || typeof offset !== 'number') return null;
  return { key, number, offset };
}
