import { useSignal } from '@preact/signals';
import { useId, useRef } from 'preact/hooks';
import { oneAtMost, suggestions } from '../../model/status';
import { statusTexts } from '../../texts/status';
import { useFormState } from '../../view/form';
import { Icon } from '../../view/icons';
import { EmojiPalette } from './emoji-palette';
import type { StatusDraft } from './status-draft';

const t = statusTexts;

/** The longest text that the server takes. */
const LONGEST = 100;

/** The emoji and the text, and while there is neither, suggestions. */
export function Words({ draft: { emoji, text, end } }: { draft: StatusDraft }) {
  const palette = useSignal(false);
  const field = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  const state = useFormState();
  const ofEmoji = state.fields.value.emoji ?? (oneAtMost(emoji.value) ? undefined : t.notOne);
  const ofText = state.fields.value.text;
  const problem = ofEmoji ?? ofText;
  const setEmoji = (wanted: string) => {
    emoji.value = wanted;
    state.mend('emoji');
  };
  const untouched = emoji.value === '' && text.value === '';
  return (
    <>
      <div class="field" data-invalid={ofText !== undefined}>
        <div class="status-line">
          <button
            ref={button}
            type="button"
            class="status-button"
            aria-label={emoji.value === '' ? t.emoji : `${t.emoji}: ${emoji.value}`}
            aria-expanded={palette.value}
            aria-invalid={ofEmoji !== undefined}
            aria-describedby={ofEmoji === undefined ? undefined : id}
            data-testid="status-emoji-button"
            onClick={() => {
              palette.value = !palette.value;
            }}
          >
            {emoji.value || <Icon name="smile" />}
          </button>
          <input type="hidden" name="emoji" value={emoji.value} />
          <input
            ref={field}
            class="input"
            name="text"
            dir="auto"
            aria-label={t.text}
            aria-invalid={ofText !== undefined}
            aria-describedby={ofText === undefined ? undefined : id}
            placeholder={t.text}
            maxLength={LONGEST}
            autocomplete="off"
            autofocus
            value={text.value}
            onInput={(event) => {
              text.value = event.currentTarget.value;
            }}
          />
        </div>
        <p id={id} class="field-problem" role="alert">
          {problem}
        </p>
      </div>
      {palette.value && (
        <EmojiPalette
          value={emoji.value}
          onType={setEmoji}
          onPick={(picked) => {
            setEmoji(picked);
            palette.value = false;
            field.current?.focus();
          }}
          onClose={() => {
            palette.value = false;
            button.current?.focus();
          }}
        />
      )}
      {untouched && !palette.value && (
        <Suggestions
          onPick={(i) => {
            emoji.value = suggestions[i]?.emoji ?? '';
            text.value = t.suggested[i] ?? '';
            end.value = suggestions[i]?.end ?? 'none';
            field.current?.focus();
          }}
        />
      )}
    </>
  );
}

function Suggestions({ onPick }: { onPick: (i: number) => void }) {
  return (
    <ul class="suggestions" aria-label={t.suggestions} data-testid="status-suggestions">
      {suggestions.map(({ emoji, end }, i) => (
        <li key={emoji}>
          <button type="button" class="suggestion" onClick={() => onPick(i)}>
            <span aria-hidden="true">{emoji}</span>
            {t.suggested[i]}
            {end !== 'none' && <span class="hint">{t.ends[end]}</span>}
          </button>
        </li>
      ))}
    </ul>
  );
}
