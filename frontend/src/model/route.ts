/** The pages of somebody who is not signed in; who is goes to the chat instead. */
export type FrontPage = (typeof frontPages)[number];

const frontPages = ['setup', 'sign-in', 'sign-up'] as const;

/** What is gathered from all rooms and stands in the place of one: the unread, the threads, what was saved. */
export type Gathering = (typeof gatherings)[number];

export const gatherings = ['unread', 'threads', 'saved'] as const;

/** The page's addresses. */
export type Route =
  | { readonly name: 'home' | FrontPage | Gathering | 'connection' | 'unknown' }
  | { readonly name: 'join' | 'reset'; readonly token: string }
  | { readonly name: 'room'; readonly id: number }
  /** `section` is null where none is named. */
  | { readonly name: 'administration'; readonly section: AdminSection | null };

/** The parts of the administration, in their order. */
export const adminSections = [
  'figures',
  'people',
  'rooms',
  'invites',
  'reports',
  'connections',
  'audit',
  'settings',
] as const;

export type AdminSection = (typeof adminSections)[number];

export function parseRoute(path: string): Route {
  const [first = '', second = '', ...rest] = path.split('/').filter((part) => part !== '');
  if (rest.length > 0) return { name: 'unknown' };
  if (second === '') {
    if (first === '') return { name: 'home' };
    if (first === 'connection') return { name: 'connection' };
    if (first === 'administration') return { name: 'administration', section: null };
    return { name: frontPage(first) ?? gathering(first) ?? 'unknown' };
  }
  if (first === 'join' || first === 'reset') return { name: first, token: decode(second) };
  if (first === 'rooms' && /^[1-9]\d{0,15}$/.test(second)) return { name: 'room', id: Number(second) };
  if (first === 'administration') {
    const section = adminSections.find((one) => one === second);
    if (section) return { name: 'administration', section };
  }
  return { name: 'unknown' };
}

export function adminPath(section: AdminSection): string {
  return `/administration/${section}`;
}

/** What is gathered at an address of that name. */
export function gathering(name: string): Gathering | undefined {
  return gatherings.find((one) => one === name);
}

export function frontPage(name: string): FrontPage | undefined {
  return frontPages.find((page) => page === name);
}

export function roomPath(id: number): string {
  return `/rooms/${id}`;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
