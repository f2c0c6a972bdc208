/** What a person wants to be alerted of in this browser, and how. */
import { type ReadonlySignal, signal } from '@preact/signals';
import { store, stored } from './storage';

/** `mentions` stands for all that is meant for me: direct messages, mentions, and replies in threads that I follow. */
export type AlertWhat = 'mentions' | 'all' | 'off';

export const alertWhats: readonly AlertWhat[] = ['mentions', 'all', 'off'];

const what = signal<AlertWhat>('mentions');
const sound = signal(false);
const preview = signal(true);

export const alertWhat: ReadonlySignal<AlertWhat> = what;
/** A tone sounds, too. */
export const alertSound: ReadonlySignal<boolean> = sound;
/** The words of the message are shown. */
export const alertPreview: ReadonlySignal<boolean> = preview;

read();

export function setAlertWhat(value: AlertWhat): void {
  what.value = value;
  store('alerts', value === 'mentions' ? null : value);
}

export function setAlertSound(on: boolean): void {
  sound.value = on;
  store('alert-sound', on ? 'on' : null);
}

export function setAlertPreview(on: boolean): void {
  preview.value = on;
  store('alert-preview', on ? null : 'off');
}

/** Takes over what is chosen in other tabs of this browser. */
export function followAlertChoices(until: AbortSignal): void {
  addEventListener('storage', read, { signal: until });
}

function read(): void {
  const chosen = stored('alerts');
  what.value = alertWhats.find((one) => one === chosen) ?? 'mentions';
  sound.value = stored('alert-sound') === 'on';
  preview.value = stored('alert-preview') !== 'off';
}
