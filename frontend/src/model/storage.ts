/** localStorage that never throws: it can be full, or forbidden in a private window. */
export function stored(key: string): string | null {
  try {
    return localStorage.getItem(`chatd.${key}`);
  } catch {
    return null;
  }
}

/** Null removes the value. */
export function store(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`chatd.${key}`);
    else localStorage.setItem(`chatd.${key}`, value);
  } catch {
    // What cannot be kept is kept until the page is left.
  }
}
