import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { palette } from '../../model/status';
import { texts } from '../../texts';

const t = texts.status;

/** As many stand beside each other, here and in css/components/status.css. */
const COLUMNS = 8;

/** A few emoji to pick from with mouse or arrow keys, and a field for any other. It has the focus when it opens. */
export function EmojiPalette({
  value,
  onPick,
  onClose,
}: {
  value: string;
  onPick: (emoji: string) => void;
  onClose: () => void;
}) {
  const list = useRef<HTMLDivElement>(null);
  const at = useSignal(Math.max(0, palette.indexOf(value)));
  const focus = () => {
    const button = list.current?.children[at.peek()];
    if (button instanceof HTMLElement) button.focus();
  };
  useLayoutEffect(focus, []);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const to = at.value + step;
    if (to < 0 || to >= palette.length) return;
    at.value = to;
    focus();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: takes only the key that closes it
    <div
      class="palette"
      data-testid="emoji-palette"
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        // Else the dialog around it would close, too.
        event.preventDefault();
        event.stopPropagation();
        onClose();
      }}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields */}
      <div ref={list} class="palette-grid" role="group" aria-label={t.palette} onKeyDown={onKeyDown}>
        {palette.map((emoji, i) => (
          <button
            key={emoji}
            type="button"
            class="palette-one"
            tabIndex={i === at.value ? 0 : -1}
            aria-pressed={emoji === value}
            onClick={() => onPick(emoji)}
          >
            {emoji}
          </button>
        ))}
      </div>
      <label class="palette-other">
        <span class="label">{t.other}</span>
        <input
          class="input"
          maxLength={32}
          autocomplete="off"
          data-testid="other-emoji"
          onChange={(event) => {
            const typed = event.currentTarget.value.trim();
            if (typed !== '') onPick(typed);
          }}
          onKeyDown={(event) => {
            // Else the form is sent with what was there before.
            if (event.key !== 'Enter') return;
            event.preventDefault();
            onPick(event.currentTarget.value.trim());
          }}
        />
      </label>
    </div>
  );
}
