/** A page that is loaded anew goes on where its reader was. Each tab keeps that for itself. */
import { isObject } from '../api/parse';
import { base } from '../base';
import type { Room } from '../model/room';
import { here, leaveNote } from '../model/router';

const KEY = `chatd${base}.left`;

/** The page is left: keeps where in a room its reader is. At the end, and without a room, there is nothing to keep. */
export function keepPlace(room: Room | null): void {
  const place = room?.whereabouts();
  try {
    if (place) sessionStorage.setItem(KEY, JSON.stringify({ path: here(), place }));
    else sessionStorage.removeItem(KEY);
  } catch {
    // The page begins as in a new tab then.
  }
}

/** Leaves what was kept as a note with the address that it is about. */
export function bringPlace(): void {
  const left = take();
  if (isObject(left) && left.path === here()) leaveNote({ place: left.place, once: true });
}

function take(): unknown {
  try {
    const found = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
    return JSON.parse(found ?? 'null');
  } catch {
    return null;
  }
}
