/** Lists that the server answers in pages. */
import { list, nullable, or, type Parser, record, text } from './parse';
import type { Page } from './records';

/** The page in an answer whose list stands under the given name. */
export function page<T>(name: string, item: Parser<T>): Parser<Page<T>> {
  const shape = record<{ next: string | null }>({ next: nullable(text) });
  const items = or(list(item), []);
  return (value, at) => {
    const { next } = shape(value, at);
    const found = (value as Readonly<Record<string, unknown>>)[name];
    return { items: items(found, `${at}.${name}`), next };
  };
}

export interface PageRequest {
  /** Where the page before ended; null for the first page. */
  readonly after?: string | null;
  readonly limit?: number;
}

/** The query of a page, with its question mark. */
export function pageQuery(
  { after, limit }: PageRequest,
  more: Readonly<Record<string, string>> = {},
): string {
  const params = new URLSearchParams(more);
  if (after) params.set('after', after);
  if (limit) params.set('limit', String(limit));
  const query = params.toString();
  return query === '' ? '' : `?${query}`;
}
