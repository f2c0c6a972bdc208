/** Short messages about something that was done, shown for a few seconds. */
import { signal } from '@preact/signals';

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly bad: boolean;
}

export const toasts = signal<readonly Toast[]>([]);

let lastId = 0;

export function toast(text: string, { bad = false } = {}): void {
  const one = { id: ++lastId, text, bad };
  toasts.value = [...toasts.value.slice(-2), one];
  setTimeout(() => dismiss(one.id), bad ? 10_000 : 5_000);
}

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((one) => one.id !== id);
}
