/** Whether an address means the machine it is used on, so that nobody else gets here by it. */
export function onlyHere(url: string): boolean {
  try {
    const { hostname } = new URL(url);
    return /^(.+\.)?localhost$|^127\.|^\[::1\]$/.test(hostname);
  } catch {
    return false;
  }
}
