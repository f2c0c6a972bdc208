import { effect } from '@preact/signals';
import { theme } from '../model/settings';
import { prefersDark } from './media';

/** Puts the chosen theme, or the system's, on the root element, where the style sheet looks for it. */
export function followTheme(): void {
  effect(() => {
    const dark = theme.value === 'dark' || (theme.value === 'system' && prefersDark.value);
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  });
}
