import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { palette } from '../../model/status';
import { statusTexts } from '../../texts/status';
import { Button } from '../../view/button';

const t = statusTexts;

/** As many stand beside each other, here and in css/components/profile.css. */
const COLUMNS = 8;

/**
 * A few emoji to pick from with mouse or arrow keys, a field for any other, and a way to have none. It has the focus when
 * it opens. What is typed counts at once, so that Save can be pressed; Escape takes it back.
 */
export function EmojiPalette({
  value,
  onType,
  onPick,
  onClose,
}: {
  value: string;
  onType: (emoji: string) => void;
  /** The choice is made. */
  onPick: (emoji: string) => void;
  onClose: () => void;
}) {
  const before = useRef(value).current;
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
        onType(before);
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
      <div class="palette-other">
        <label>
          <span class="label">{t.other}</span>
          <input
            class="input"
            maxLength={32}
            autocomplete="off"
            data-testid="other-emoji"
            onInput={(event) => onType(event.currentTarget.value.trim() || before)}
            onKeyDown={(event) => {
              // Else the form is sent: here it only ends the choice.
              if (event.key !== 'Enter') return;
              event.preventDefault();
              onPick(value);
            }}
          />
        </label>
        {value !== '' && (
          <Button data-testid="no-emoji" onClick={() => onPick('')}>
            {t.noEmoji}
          </Button>
        )}
      </div>
    </div>
  );
}
