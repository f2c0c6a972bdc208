import { useId, useRef } from 'preact/hooks';
import { suggestions } from '../../model/status';
import { statusTexts } from '../../texts/status';
import { IconButton } from '../../view/button';
import { useFormState } from '../../view/form';
import { Icon } from '../../view/icons';
import { pickEmoji } from '../emoji/pick';
import type { StatusDraft } from './status-draft';

const t = statusTexts;

/** The longest text that the server takes. */
const LONGEST = 100;

/** The emoji and the text, and while there is neither, suggestions. */
export function Words({ draft: { emoji, text, end } }: { draft: StatusDraft }) {
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  const state = useFormState();
  const ofEmoji = state.fields.value.emoji;
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
            type="button"
            class="status-button"
            aria-label={emoji.value === '' ? t.emoji : `${t.emoji}: ${emoji.value}`}
            aria-haspopup="dialog"
            aria-invalid={ofEmoji !== undefined}
            aria-describedby={ofEmoji === undefined ? undefined : id}
            data-testid="status-emoji-button"
            onClick={({ currentTarget }) => {
              void pickEmoji(currentTarget).then((picked) => {
                if (picked === null) return;
                setEmoji(picked);
                field.current?.focus();
              });
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
          {emoji.value !== '' && (
            <IconButton
              icon="close"
              label={t.noEmoji}
              data-testid="no-emoji"
              onClick={() => {
                setEmoji('');
                field.current?.focus();
              }}
            />
          )}
        </div>
        <p id={id} class="field-problem" role="alert">
          {problem}
        </p>
      </div>
      {untouched && (
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
