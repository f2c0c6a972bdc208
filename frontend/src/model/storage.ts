import { base } from '../base';

/** localStorage that never throws: it can be full, or forbidden in a private window. */
export function stored(key: string): string | null {
  try {
    return localStorage.getItem(named(key));
  } catch {
    return null;
  }
}

/** Null removes the value. */
export function store(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(named(key));
    else localStorage.setItem(named(key), value);
  } catch {
    // What cannot be kept is kept until the page is left.
  }
}

/** The keys that begin like this. */
export function storedNames(prefix: string): readonly string[] {
  try {
    const whole = named(prefix);
    const names: string[] = [];
    for (let i = 0; i < localStorage.length; i++) {
      const name = localStorage.key(i);
      if (name?.startsWith(whole)) names.push(name.slice(whole.length - prefix.length));
    }
    return names;
  } catch {
    return [];
  }
}

function named(key: string): string {
  return `chatd${base}.${key}`;
}
