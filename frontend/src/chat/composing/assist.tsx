import { useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useId, useLayoutEffect, useRef } from 'preact/hooks';
import type { Compose } from '../../model/compose';
import { completed, type Query, queryAt } from '../../model/completion';
import { knownEmoji, loadEmoji } from '../../model/emoji';
import type { Room } from '../../model/room';
import { composing as t } from '../../texts/composing';
import { touch } from '../../view/media';
import { useChat } from '../context';
import { replaceText } from '../field-text';
import { composing } from '../typing-anywhere';
import { markKey, pasteOver } from './marking';
import { type Option, optionsFor } from './options';
import { Finder } from './finder';

interface Found {
  readonly query: Query;
  readonly options: readonly Option[];
  readonly at: number;
}

interface Props {
  room: Room;
  compose: Compose;
  field: RefObject<HTMLTextAreaElement | null>;
}

/** As many suggestions as stand above a keyboard on the screen, and else. */
const FEW = 5;
const MANY = 8;

/** Helps to write: completes names, rooms, emoji and commands, and marks words. It listens to the field of the composer. */
export function Assist({ room, compose, field }: Props) {
  const chat = useChat();
  const id = useId();
  const found = useSignal<Found | null>(null);
  /** The word whose suggestions were sent away. */
  const refused = useRef<string | null>(null);
  const finder = useRef<Finder | null>(null);
  finder.current ??= new Finder(chat, room);
  const list = useRef<HTMLDivElement>(null);

  const look = () => {
    const query = queryOf(field.current, compose);
    if (!query) refused.current = null;
    if (!query || refused.current === wordOf(query)) {
      found.value = null;
      return;
    }
    finder.current?.find(query, look);
    if (query.kind === 'emoji' && !knownEmoji()) loadEmoji().then(look, () => {});
    const options = optionsFor(query, {
      chat,
      room,
      thread: compose.thread > 0,
      members: finder.current?.members ?? [],
      directory: finder.current?.directory ?? [],
      emoji: knownEmoji(),
      most: touch.peek() ? FEW : MANY,
    });
    const before = found.peek();
    const kept = before?.query.text === query.text ? before.options[before.at]?.key : undefined;
    const at = Math.max(
      0,
      options.findIndex(({ key }) => key === kept),
    );
    found.value = options.length === 0 ? null : { query, options, at };
  };

  const pick = (option: Option | undefined) => {
    const now = found.peek();
    if (!option || !now || !field.current) return;
    const { from, to } = now.query;
    found.value = null;
    option.chosen?.();
    const word = option.spaced ? completed(field.current.value, now.query, option.word) : option.word;
    replaceText(field.current, from, to, word);
  };

  useEffect(() => {
    const input = field.current;
    if (!input) return;
    const stop = new AbortController();
    const { signal } = stop;
    const onKey = (event: KeyboardEvent) => {
      if (composing(event)) return;
      if (!chooseBy(event) && !markKey(event, input)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    const chooseBy = (event: KeyboardEvent) => {
      const now = found.peek();
      if (!now || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return false;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) found.value = { ...now, at: (now.at + step + now.options.length) % now.options.length };
      else if (event.key === 'Enter' || event.key === 'Tab') pick(now.options[now.at]);
      else if (event.key === 'Escape') {
        refused.current = wordOf(now.query);
        found.value = null;
      } else return false;
      return true;
    };
    // Before the composer, for which Enter sends.
    input.addEventListener('keydown', onKey, { capture: true, signal });
    input.addEventListener('paste', (event) => pasteOver(event, input), { signal });
    for (const name of ['input', 'click', 'focus', 'compositionend'] as const) {
      input.addEventListener(name, look, { signal });
    }
    input.addEventListener('keyup', ({ key }) => /^(Arrow(Left|Right)|Home|End)/.test(key) && look(), {
      signal,
    });
    input.addEventListener(
      'blur',
      () => {
        found.value = null;
      },
      { signal },
    );
    look();
    return () => {
      stop.abort();
      finder.current?.stop();
    };
  }, []);

  const now = found.value;
  useLayoutEffect(() => {
    const input = field.current;
    if (!input) return;
    const said = now && {
      'aria-autocomplete': 'list',
      'aria-haspopup': 'listbox',
      'aria-controls': id,
      'aria-activedescendant': `${id}-${now.at}`,
    };
    for (const [name, value] of Object.entries(said ?? {})) input.setAttribute(name, value);
    if (now) list.current?.children[now.at]?.scrollIntoView({ block: 'nearest' });
    return () => {
      for (const name of Object.keys(said ?? {})) input.removeAttribute(name);
    };
  }, [now, id]);

  return (
    <>
      <p class="visually-hidden" role="status" data-testid="completion-count">
        {now && t.found(now.options.length)}
      </p>
      {now && (
        <div
          ref={list}
          id={id}
          class="completion"
          role="listbox"
          aria-label={t.lists[now.query.kind]}
          data-testid="completion"
        >
          {now.options.map((option, i) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys
            // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus
            <div
              key={option.key}
              id={`${id}-${i}`}
              class="completion-option"
              role="option"
              aria-selected={i === now.at}
              data-testid="completion-option"
              onMouseDown={(event) => event.preventDefault()}
              onMouseMove={() => {
                if (i !== now.at) found.value = { ...now, at: i };
              }}
              onClick={() => pick(option)}
            >
              <span class="completion-sign" aria-hidden="true">
                {option.sign}
              </span>
              <span class="completion-label" dir="auto">
                {option.label}
              </span>
              <span class="completion-hint">{option.hint}</span>
            </div>
          ))}
        </div>
      )}
    </>
  );
}

/** What is being typed right now; commands only where a message begins. */
function queryOf(field: HTMLTextAreaElement | null, compose: Compose): Query | null {
  if (!field || document.activeElement !== field || field.selectionStart !== field.selectionEnd) return null;
  const query = queryAt(field.value, field.selectionStart);
  return query?.kind === 'command' && compose.mode.peek().kind !== 'new' ? null : query;
}

function wordOf({ kind, from }: Query): string {
  return `${kind} ${from}`;
}
