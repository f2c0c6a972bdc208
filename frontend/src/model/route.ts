/** The page's addresses. */
export type Route =
  | { readonly name: 'home' | 'setup' | 'sign-in' | 'unknown' }
  | { readonly name: 'join'; readonly token: string }
  | { readonly name: 'room'; readonly id: number };

export function parseRoute(path: string): Route {
  const [first = '', second = '', ...rest] = path.split('/').filter((part) => part !== '');
  if (rest.length > 0) return { name: 'unknown' };
  if (second === '') {
    if (first === '') return { name: 'home' };
    return { name: first === 'setup' || first === 'sign-in' ? first : 'unknown' };
  }
  if (first === 'join') return { name: 'join', token: decode(second) };
  if (first === 'rooms' && /^[1-9]\d{0,15}$/.test(second)) return { name: 'room', id: Number(second) };
  return { name: 'unknown' };
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
