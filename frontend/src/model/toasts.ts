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

export const toasts = signal<readonly Toast[]>([]);

let lastId = 0;

export function toast(
  text: string,
  { bad = false, action = null }: { bad?: boolean; action?: ToastAction | null } = {},
): void {
  const one = { id: ++lastId, text, bad, action };
  toasts.value = [...toasts.value.slice(-2), one];
  setTimeout(() => dismiss(one.id), bad || action ? 10_000 : 5_000);
}

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((one) => one.id !== id);
}
