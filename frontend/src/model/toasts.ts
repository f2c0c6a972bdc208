/** Short messages about something that was done, shown for a few seconds. */
import { signal } from '@preact/signals';

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly bad: boolean;
  /** What can be done about it. */
  readonly action: ToastAction | null;
}

export interface ToastAction {
  readonly label: string;
  readonly run: () => void;
}

/** So many at once; one more when something can be done about all of them. */
const MOST = 3;

export const toasts = signal<readonly Toast[]>([]);

const timers = new Map<number, ReturnType<typeof setTimeout>>();
/** Those that somebody is about to use. */
const held = new Set<number>();

let lastId = 0;

export function toast(
  text: string,
  { bad = false, action = null }: { bad?: boolean; action?: ToastAction | null } = {},
): void {
  const one = { id: ++lastId, text, bad, action };
  toasts.value = [...toasts.value, one];
  for (let out = superfluous(one); out; out = superfluous(one)) dismiss(out.id);
  countDown(one);
}

export function dismiss(id: number): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
  held.delete(id);
  toasts.value = toasts.value.filter((one) => one.id !== id);
}

/** The pointer or the focus is on it: it stays until it is released. */
export function hold(id: number): void {
  clearTimeout(timers.get(id));
  held.add(id);
}

/** Its time begins anew. */
export function release(id: number): void {
  const one = toasts.value.find((each) => each.id === id);
  if (held.delete(id) && one) countDown(one);
}

function countDown({ id, bad, action }: Toast): void {
  const time = bad || action ? 10_000 : 5_000;
  timers.set(
    id,
    setTimeout(() => dismiss(id), time),
  );
}

/** Which one is to go now that there are too many: a way back is worth more than news that were read. */
function superfluous(newest: Toast): Toast | undefined {
  if (toasts.value.length <= MOST) return undefined;
  const others = toasts.value.filter((one) => one !== newest && !held.has(one.id));
  return others.find((one) => one.action === null) ?? (newest.action ? others[0] : undefined);
}
