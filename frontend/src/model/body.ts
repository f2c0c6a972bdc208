/** What a message may be: 1 to LIMIT characters after trimming, whole Unicode, no NUL. */
export const LIMIT = 20_000;

/** The text as it is sent. */
export function cleanBody(typed: string): string {
  // Half of a surrogate pair cannot be stored; a browser's text field can hold one.
  return typed
    .replace(/\p{Surrogate}/gu, '\uFFFD')
    .replaceAll('\0', '')
    .trim();
}

/** The length as the server counts it: in characters, not in UTF-16 units. */
export function bodyLength(body: string): number {
  if (body.length <= LIMIT / 2) return body.length;
  let length = 0;
  for (const _ of body) length++;
  return length;
}
