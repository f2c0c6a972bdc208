import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import {
  chooseTone,
  chosenTone,
  type Emoji,
  type EmojiGroup,
  findEmoji,
  knownEmoji,
  loadEmoji,
  recentEmoji,
  toned,
  tones,
  useEmoji,
} from '../../model/emoji';
import { type Cell, moveOver } from '../../model/emoji-grid';
import { texts } from '../../texts';
import { emojiTexts as t } from '../../texts/emoji';
import { Button, IconButton } from '../../view/button';
import { touch } from '../../view/media';
import type { Asked } from './pick';

/** As many stand beside each other, here and in css/components/emoji.css. */
const COLUMNS = 8;
/** As many are shown of those that were found. */
const MOST = 80;

interface Shown {
  readonly name: string;
  readonly emoji: readonly Emoji[];
}

/** A dialog beside what asked for an emoji: groups, search, those used last, tones. Arrow keys move over the grid. */
export function EmojiPicker({ asked }: { asked: Asked }) {
  const ref = useRef<HTMLDialogElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const groups = useSignal<readonly EmojiGroup[] | null>(knownEmoji());
  const failed = useSignal(false);
  const query = useSignal('');
  const tone = useSignal(chosenTone());
  const at = useSignal<Cell>({ group: 0, index: 0 });
  /** What the pointer or the focus is on. */
  const looked = useSignal<Emoji | null>(null);
  const recent = useRef(recentEmoji()).current;
  const shown = useComputed(() => shownGroups(groups.value ?? [], query.value, recent)).value;

  const load = () => {
    failed.value = false;
    loadEmoji().then(
      (found) => {
        groups.value = found;
      },
      () => {
        failed.value = true;
      },
    );
  };
  useEffect(load, []);
  useShown(ref, asked);

  const choose = (one: Emoji | undefined) => {
    if (!one) return;
    const char = toned(one, tone.peek());
    useEmoji(char);
    ref.current?.close();
    asked.answer(char);
  };
  const cell = ({ group, index }: Cell) =>
    scroller.current?.querySelector<HTMLElement>(`[data-cell="${group} ${index}"]`);
  const goTo = (to: Cell) => {
    at.value = to;
    cell(to)?.focus();
  };
  const onGridKey = (event: KeyboardEvent) => {
    const sizes = shown.map(({ emoji }) => emoji.length);
    const to = moveOver(sizes, COLUMNS, at.peek(), event.key);
    if (to) {
      event.preventDefault();
      if (event.key === 'ArrowUp' && to === at.peek()) search.current?.focus();
      else goTo(to);
    } else if (
      event.key.length === 1 &&
      event.key !== ' ' &&
      !event.ctrlKey &&
      !event.metaKey &&
      !event.altKey
    ) {
      search.current?.focus();
    }
  };
  const onSearchKey = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (event.key === 'ArrowDown') goTo({ group: firstGroup(shown), index: 0 });
    else if (event.key === 'Enter') choose(shown[firstGroup(shown)]?.emoji[0]);
    else return;
    event.preventDefault();
  };

  return (
    <dialog
      ref={ref}
      class="emoji-picker"
      aria-label={t.title}
      data-testid="emoji-picker"
      onClose={() => asked.answer(null)}
      onPointerDown={(event) => {
        if (event.target === event.currentTarget) ref.current?.close();
      }}
    >
      <div class="emoji-frame">
        <div class="emoji-head">
          <input
            ref={search}
            class="input"
            type="search"
            aria-label={t.search}
            placeholder={t.search}
            autocomplete="off"
            autofocus={!touch.peek()}
            data-testid="emoji-search"
            onInput={(event) => {
              query.value = event.currentTarget.value;
              at.value = { group: 0, index: 0 };
              if (scroller.current) scroller.current.scrollTop = 0;
            }}
            onKeyDown={onSearchKey}
          />
          <IconButton icon="close" label={texts.close} onClick={() => ref.current?.close()} />
        </div>
        {query.value === '' && groups.value !== null && (
          <Tabs shown={shown} tone={tone.value} go={(group) => cell({ group, index: 0 })?.scrollIntoView()} />
        )}
        {/* biome-ignore lint/a11y/noStaticElementInteractions: the emoji in it have the focus */}
        <div
          ref={scroller}
          class="emoji-scroller"
          data-testid="emoji-grid"
          onKeyDown={onGridKey}
          onPointerLeave={() => {
            looked.value = null;
          }}
        >
          {groups.value === null && !failed.value && <p class="hint emoji-note">{t.loading}</p>}
          {failed.value && (
            <div class="emoji-note" role="alert">
              <p>{t.failed}</p>
              <Button onClick={load}>{texts.retry}</Button>
            </div>
          )}
          {groups.value !== null && shown.every(({ emoji }) => emoji.length === 0) && (
            <p class="hint emoji-note">{t.none}</p>
          )}
          {shown.map((group, i) => (
            <Group
              key={group.name}
              group={group}
              number={i}
              at={at.value.group === i ? at.value.index : -1}
              tone={tone.value}
              choose={choose}
              look={(one, index) => {
                looked.value = one;
                if (index !== null) at.value = { group: i, index };
              }}
            />
          ))}
        </div>
        <p class="visually-hidden" role="status">
          {query.value !== '' && t.found(shown.reduce((sum, { emoji }) => sum + emoji.length, 0))}
        </p>
        <div class="emoji-foot">
          <p class="emoji-name" data-testid="emoji-name">
            {looked.value && (
              <>
                <span>{toned(looked.value, tone.value)}</span>{' '}
                {`:${looked.value.codes[0] ?? looked.value.name}:`}
              </>
            )}
          </p>
          <Tones
            tone={tone.value}
            choose={(wanted) => {
              tone.value = wanted;
              chooseTone(wanted);
            }}
          />
        </div>
      </div>
    </dialog>
  );
}

function shownGroups(
  groups: readonly EmojiGroup[],
  query: string,
  recent: readonly string[],
): readonly Shown[] {
  if (query.trim() !== '') return [{ name: t.results, emoji: findEmoji(groups, query, MOST) }];
  const named = groups.map(({ name, emoji }) => ({ name: t.groups[name] ?? name, emoji }));
  const used = usedLast(groups, recent);
  return used.length > 0 ? [{ name: t.recent, emoji: used }, ...named] : named;
}

/** Those used last, each as it was used: with its own tone. */
function usedLast(groups: readonly EmojiGroup[], recent: readonly string[]): readonly Emoji[] {
  const all = groups.flatMap(({ emoji }) => emoji);
  return recent.flatMap((char) => {
    const one = all.find((each) => each.char === char || each.skins.includes(char));
    return one ? [{ ...one, char, skins: [] }] : [];
  });
}

function firstGroup(shown: readonly Shown[]): number {
  return Math.max(
    0,
    shown.findIndex(({ emoji }) => emoji.length > 0),
  );
}

function Tabs({ shown, tone, go }: { shown: readonly Shown[]; tone: number; go: (group: number) => void }) {
  return (
    <nav class="emoji-tabs" aria-label={t.groupsLabel}>
      {shown.map(({ name, emoji }, i) => (
        <button
          key={name}
          type="button"
          class="emoji-tab"
          aria-label={name}
          title={name}
          onClick={() => go(i)}
        >
          {name === t.recent ? '🕘' : emoji[0] && toned(emoji[0], tone)}
        </button>
      ))}
    </nav>
  );
}

function Group({
  group: { name, emoji },
  number,
  at,
  tone,
  choose,
  look,
}: {
  group: Shown;
  number: number;
  /** Which one Tab leads to; -1 for none of this group. */
  at: number;
  tone: number;
  choose: (one: Emoji) => void;
  /** With an index: it has the focus. */
  look: (one: Emoji, index: number | null) => void;
}) {
  if (emoji.length === 0) return null;
  const id = `emoji-group-${number}`;
  return (
    <section aria-labelledby={id}>
      <h3 id={id} class="emoji-title">
        {name}
      </h3>
      <div class="emoji-grid">
        {emoji.map((one, i) => (
          <button
            key={one.char}
            type="button"
            class="emoji-one"
            tabIndex={i === at ? 0 : -1}
            aria-label={one.name}
            data-cell={`${number} ${i}`}
            data-testid="emoji-one"
            onClick={() => choose(one)}
            onFocus={() => look(one, i)}
            onPointerEnter={() => look(one, null)}
          >
            {toned(one, tone)}
          </button>
        ))}
      </div>
    </section>
  );
}

function Tones({ tone, choose }: { tone: number; choose: (tone: number) => void }) {
  return (
    <fieldset class="emoji-tones">
      <legend class="visually-hidden">{t.tone}</legend>
      {tones.map((one) => (
        <label key={one} class="emoji-tone" title={t.tones[one]} data-tone={one}>
          <input
            type="radio"
            name="emoji-tone"
            value={one}
            aria-label={t.tones[one]}
            checked={one === tone}
            onChange={() => choose(one)}
          />
        </label>
      ))}
    </fieldset>
  );
}

const GAP = 8;

/** Shows the dialog beside what asked, above it where there is space; on a phone at the bottom. */
function useShown(ref: { readonly current: HTMLDialogElement | null }, { anchor }: Asked): void {
  useLayoutEffect(() => {
    const dialog = ref.current;
    if (!dialog) return;
    const put = () => {
      const place = anchor.getBoundingClientRect();
      const { width, height } = dialog.getBoundingClientRect();
      const above = place.top - GAP - height;
      const top = above >= GAP ? above : Math.min(place.bottom + GAP, innerHeight - GAP - height);
      const left = Math.min(place.right - width, innerWidth - GAP - width);
      dialog.style.setProperty('--top', `${Math.max(GAP, top)}px`);
      dialog.style.setProperty('--left', `${Math.max(GAP, left)}px`);
    };
    dialog.showModal();
    put();
    addEventListener('resize', put);
    return () => {
      removeEventListener('resize', put);
      dialog.close();
    };
  }, []);
}
