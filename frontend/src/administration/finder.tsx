import { useSignal } from '@preact/signals';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { PageRequest } from '../api/paging';
import type { Page } from '../api/records';
import { type Filter, Search } from '../model/search';
import { administration } from '../texts/administration';
import { IconButton } from '../view/button';

const t = administration.finder;

/** How many are offered. */
const OFFERED = 8;

interface Choice {
  readonly id: number;
  readonly name: string;
}

/** A field to find one of very many by the name: what is typed is looked up, and one of those found is chosen. */
export function Finder({
  label,
  load,
  onChoose,
  testid,
}: {
  label: string;
  load: (filter: Filter, wanted: PageRequest) => Promise<Page<Choice>>;
  /** Null for none. */
  onChoose: (id: number | null) => void;
  testid: string;
}) {
  const id = useId();
  const [search] = useState(() => new Search(load, (one) => one.id, OFFERED));
  useEffect(() => () => search.stop(), [search]);
  const field = useRef<HTMLInputElement>(null);
  const chosen = useSignal<Choice | null>(null);
  const open = useSignal(false);
  const at = useSignal(0);
  const found = open.value ? (search.items.value ?? []) : [];
  const choose = (one: Choice | null) => {
    chosen.value = one;
    open.value = false;
    at.value = 0;
    if (field.current) field.current.value = one?.name ?? '';
    onChoose(one?.id ?? null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const here = found[at.value];
    if (step !== undefined && found.length > 0) at.value = (at.value + step + found.length) % found.length;
    else if (event.key === 'Enter' && here) choose(here);
    else if (event.key === 'Escape' && open.value) open.value = false;
    else return;
    event.preventDefault();
  };
  return (
    <div class="field finder">
      <label class="label" for={id}>
        {label}
      </label>
      <div class="input-with-button">
        <input
          ref={field}
          id={id}
          class="input"
          role="combobox"
          aria-expanded={found.length > 0}
          aria-controls={found.length > 0 ? `${id}-list` : undefined}
          aria-autocomplete="list"
          aria-activedescendant={found.length > 0 ? `${id}-${at.value}` : undefined}
          maxLength={80}
          autocomplete="off"
          placeholder={t.anyone}
          data-testid={testid}
          onInput={(event) => {
            const { value } = event.currentTarget;
            if (chosen.value) {
              chosen.value = null;
              onChoose(null);
            }
            at.value = 0;
            open.value = value.trim() !== '';
            if (open.value) search.type({ search: value.trim() });
          }}
          onKeyDown={onKeyDown}
          onBlur={() => {
            open.value = false;
            // What was only typed asks for nothing.
            if (!chosen.peek() && field.current) field.current.value = '';
          }}
        />
        {chosen.value && <IconButton icon="close" label={t.clear(label)} onClick={() => choose(null)} />}
      </div>
      {found.length > 0 && (
        <div id={`${id}-list`} class="finder-list" role="listbox" aria-label={label}>
          {found.map((one, i) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the field's
            <div
              key={one.id}
              id={`${id}-${i}`}
              class="finder-one"
              role="option"
              tabIndex={-1}
              aria-selected={i === at.value}
              dir="auto"
              data-testid={`${testid}-option`}
              // Before the field loses the focus.
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => choose(one)}
            >
              {one.name}
            </div>
          ))}
        </div>
      )}
    </div>
  );
}
