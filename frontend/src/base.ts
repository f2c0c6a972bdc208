/**
 * The path below which chatd is, '' or such as '/chat'; the page's shell says it. Inside the page addresses are without
 * it. What this browser keeps for chatd has it in its name, since another chatd may be beside on the same origin.
 */
// Unit tests have no page.
const page: Document | undefined = globalThis.document;

export const base: string = page?.documentElement.dataset.base ?? '';

/** The address for the browser of what is at a path of chatd. */
export function at(path: string): string {
  return `${base}${path}`;
}

/** The path of chatd that an address of the browser leads to. */
export function inside(pathname: string): string {
  return pathname.startsWith(`${base}/`) ? pathname.slice(base.length) : '/';
}

/** Where chatd is, as a person would type it, without a slash at the end. */
export function home(): string {
  return location.origin + base;
}
