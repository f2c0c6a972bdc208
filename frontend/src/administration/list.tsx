/** The pieces that the lists of the administration share: what is looked for, and what stands around the list. */
import { untracked, useSignalEffect } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useState } from 'preact/hooks';
import type { PageRequest } from '../api/paging';
import type { Page } from '../api/records';
import { useChat } from '../chat/context';
import { type Filter, Search } from '../model/search';
import { administration } from '../texts/administration';
import { texts } from '../texts';
import { Button } from '../view/button';
import { MoreButton } from '../view/loading';

const t = administration.list;

/** A list that is loaded when the part of the page appears. */
export function useSearch<T>(
  load: (filter: Filter, wanted: PageRequest) => Promise<Page<T>>,
  idOf: (item: T) => unknown,
): Search<T> {
  const [search] = useState(() => new Search(load, idOf));
  const { back } = useChat().connection;
  useEffect(() => {
    const again = () => {
      if (search.failed.peek()) void search.look();
    };
    addEventListener('online', again);
    return () => {
      removeEventListener('online', again);
      search.stop();
    };
  }, [search]);
  useSignalEffect(() => {
    // Also what was loaded before the connection was lost is old now.
    back.value;
    untracked(() => void search.look());
  });
  return search;
}

export function SearchField<T>({
  search,
  label,
  testid,
}: {
  search: Search<T>;
  label: string;
  testid: string;
}) {
  const id = useId();
  return (
    <div class="field admin-search">
      <label class="label" for={id}>
        {label}
      </label>
      <input
        id={id}
        type="search"
        class="input"
        maxLength={80}
        autocomplete="off"
        value={search.filter.value.search ?? ''}
        data-testid={testid}
        onInput={(event) => search.type({ search: event.currentTarget.value })}
      />
    </div>
  );
}

/** One of several; the empty value stands for all. */
export function FilterSelect<T>({
  search,
  name,
  label,
  options,
}: {
  search: Search<T>;
  name: string;
  label: string;
  /** Each with its words. */
  options: Readonly<Record<string, string>>;
}) {
  const id = useId();
  return (
    <div class="field">
      <label class="label" for={id}>
        {label}
      </label>
      <select
        id={id}
        class="input"
        data-testid={`filter-${name}`}
        onChange={(event) => search.choose({ [name]: event.currentTarget.value })}
      >
        {Object.entries(options).map(([value, words]) => (
          <option key={value} value={value} selected={value === (search.filter.value[name] ?? '')}>
            {words}
          </option>
        ))}
      </select>
    </div>
  );
}

/** What is to be said of a list, the list, and the way to more of it. */
export function Found<T>({
  search,
  some,
  none,
  noMatch,
  children,
}: {
  search: Search<T>;
  /** So many. */
  some: (n: number) => string;
  none: string;
  noMatch: string;
  children: (items: readonly T[]) => ComponentChildren;
}) {
  const items = search.items.value;
  const filtered = Object.values(search.filter.value).some((value) => value !== '');
  return (
    <div class="found" aria-busy={search.busy.value}>
      <div role="alert">
        {search.failed.value && (
          <p class="load-failed">
            {t.failed}
            <Button onClick={() => void search.look()}>{texts.retry}</Button>
          </p>
        )}
      </div>
      <p role="status" class="hint" data-testid="found">
        {items && remark()}
      </p>
      {items && items.length > 0 && (
        <div class="found-rows" data-stale={search.failed.value}>
          {children(items)}
        </div>
      )}
      <MoreButton more={search.more} load={() => search.advance()} testid="show-more" />
    </div>
  );

  function remark(): string {
    const n = items?.length ?? 0;
    if (search.failed.value) return n === 0 ? '' : t.stale;
    if (n === 0) return filtered ? noMatch : none;
    return search.more.value ? t.partly(some(n)) : some(n);
  }
}
