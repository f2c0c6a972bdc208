/** What a person chose for this browser. */
import { signal } from '@preact/signals';
import type { TransportOption } from '../comet/types';
import { store, stored } from './storage';

export type Theme = 'system' | 'light' | 'dark';

export const themes: readonly Theme[] = ['system', 'light', 'dark'];
export const transports: readonly TransportOption[] = ['auto', 'iframe', 'long-poll'];

export const theme = signal<Theme>(known(themes, stored('theme')) ?? 'system');
export const transport = signal<TransportOption>(known(transports, stored('transport')) ?? 'auto');

export function setTheme(value: Theme): void {
  theme.value = value;
  store('theme', value === 'system' ? null : value);
}

export function setTransport(value: TransportOption): void {
  transport.value = value;
  store('transport', value === 'auto' ? null : value);
}

/** Takes over what is chosen in other tabs of this browser. */
export function followChoices(until: AbortSignal): void {
  const read = () => {
    theme.value = known(themes, stored('theme')) ?? 'system';
    transport.value = known(transports, stored('transport')) ?? 'auto';
  };
  addEventListener('storage', read, { signal: until });
}

function known<T extends string>(values: readonly T[], value: string | null): T | undefined {
  return values.find((one) => one === value);
}
