/** Whether somebody is looking: the tab is visible and has the focus. */
import { signal } from '@preact/signals';

export const attention = signal(false);

export function watchAttention(until: AbortSignal): void {
  const look = () => {
    attention.value = document.visibilityState === 'visible' && document.hasFocus();
  };
  const options = { signal: until };
  addEventListener('focus', look, options);
  addEventListener('blur', look, options);
  document.addEventListener('visibilitychange', look, options);
  look();
}
