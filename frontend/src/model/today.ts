/** A moment of the present day; changes after midnight. */
import { type ReadonlySignal, signal } from '@preact/signals';
import { dayOf } from './items';

const now = signal(Date.now());

export const today: ReadonlySignal<number> = now;

export function watchToday(until: AbortSignal): void {
  const timer = setInterval(() => {
    if (dayOf(Date.now()) !== dayOf(now.peek())) now.value = Date.now();
  }, 30_000);
  until.addEventListener('abort', () => clearInterval(timer));
}
