/** Which part of the settings is open; the address says it, so the back button and links work. */
import { computed } from '@preact/signals';
import { hash, overlay, overlays, uncover } from './router';

export const sections = [
  'appearance',
  'notifications',
  'writing',
  'notices',
  'connection',
  'account',
  'password',
  'sessions',
  'tokens',
] as const;

export type Section = (typeof sections)[number];

/** Null while the settings are closed, `list` while no part has been chosen. */
export type SettingsPlace = Section | 'list' | null;

export function parsePlace(fragment: string): SettingsPlace {
  const [word, name = ''] = fragment.split('/');
  if (word !== '#settings') return null;
  return sections.find((section) => section === name) ?? 'list';
}

export const settingsPlace = computed(() => parsePlace(hash.value));

export function sectionAddress(section: Section): string {
  return `#settings/${section}`;
}

export function openSettings(): void {
  overlay('#settings');
}

/** `over` keeps the list of parts beneath, for screens that show one of them at a time. */
export function openSection(section: Section, over: boolean): void {
  overlay(sectionAddress(section), { replace: !over });
}

/** Back from a part to the list, which may be what the back button leads to. */
export function leaveSection(): void {
  if (overlays() > 1) history.back();
  else overlay('#settings', { replace: true });
}

export const closeSettings = uncover;
