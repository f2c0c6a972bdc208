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
  /** `message` is the number of the one that is looked for, `thread` that of the root of the thread that is open. */
  | {
      readonly name: 'room';
      readonly id: number;
      readonly message: number | null;
      readonly thread: number | null;
    }
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
  if (first === 'rooms' && isNumber(second)) return roomRoute(Number(second), rest);
  if (rest.length > 0) return { name: 'unknown' };
  if (second === '') {
    if (first === '') return { name: 'home' };
    if (first === 'connection') return { name: 'connection' };
    if (first === 'administration') return { name: 'administration', section: null };
    return { name: frontPage(first) ?? gathering(first) ?? 'unknown' };
  }
  if (first === 'join' || first === 'reset') return { name: first, token: decode(second) };
  if (first === 'administration') {
    const section = adminSections.find((one) => one === second);
    if (section) return { name: 'administration', section };
  }
  return { name: 'unknown' };
}

function roomRoute(id: number, rest: readonly string[]): Route {
  const [first = '', second = ''] = rest;
  if (rest.length === 0) return { name: 'room', id, message: null, thread: null };
  if (rest.length === 1 && isNumber(first)) return { name: 'room', id, message: Number(first), thread: null };
  if (rest.length === 2 && first === 'thread' && isNumber(second))
    return { name: 'room', id, message: null, thread: Number(second) };
  return { name: 'unknown' };
}

function isNumber(part: string): boolean {
  return /^[1-9]\d{0,15}$/.test(part);
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

export function messagePath(room: number, number: number): string {
  return `/rooms/${room}/${number}`;
}

export function threadPath(room: number, root: number): string {
  return `/rooms/${room}/thread/${root}`;
}

/** Where a message of a room is to be found: its room, or the thread that it is in. */
export function placePath(room: number, thread: number | null): string {
  return thread === null ? roomPath(room) : threadPath(room, thread);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
