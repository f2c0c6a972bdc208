import { type Signal, useSignal, useSignalEffect } from '@preact/signals';
import { useId, useRef } from 'preact/hooks';
import { endOf, type StatusEnd, statusEnds } from '../../model/ends';
import { upcoming } from '../../model/format';
import { holds } from '../../model/now';
import { setStatus } from '../../model/own-state';
import { oneAtMost, suggestions } from '../../model/status';
import { toast } from '../../model/toasts';
import { texts } from '../../texts';
import { Button } from '../../view/button';
import { Dialog } from '../../view/dialog';
import { Form, FormProblem, SubmitButton, useFormState } from '../../view/form';
import { Icon } from '../../view/icons';
import { useChat } from '../context';
import { EmojiPalette } from './emoji-palette';

const t = texts.status;

/** The longest text that the server takes. */
const LONGEST = 100;

/** What is being filled in. `kept`: the end that it has already; it is `over` when that has come. */
interface Draft {
  readonly emoji: Signal<string>;
  readonly text: Signal<string>;
  readonly end: Signal<StatusEnd | 'kept'>;
  readonly over: Signal<boolean>;
}

/** What I say of myself: an emoji, a few words, and when they are no longer true. */
export function StatusDialog({ onClose }: { onClose: () => void }) {
  const chat = useChat();
  const present = useRef(chat.people.status(chat.me.id)).current;
  const draft: Draft = {
    emoji: useSignal(present?.emoji ?? ''),
    text: useSignal(present?.text ?? ''),
    end: useSignal<StatusEnd | 'kept'>(present?.until ? 'kept' : 'none'),
    over: useSignal(false),
  };
  const keep = present?.until ?? null;
  /** There is no end to keep once it has come. */
  const look = () => {
    if (holds(keep)) return;
    draft.over.value = true;
    if (draft.end.peek() === 'kept') draft.end.value = 'none';
  };
  useSignalEffect(look);
  const set = async (emoji: string, text: string) => {
    const none = emoji === '' && text === '';
    const end = draft.end.value;
    look();
    // Whoever sends it must see first that it would stay.
    if (end !== draft.end.value && !none) return;
    await setStatus(chat, emoji, text, end === 'kept' ? keep : endOf(end, Date.now()));
    onClose();
    toast(none ? t.cleared : t.saved);
  };
  return (
    <Dialog title={t.title} testid="status-dialog" onClose={onClose}>
      <Form onSubmit={() => set(draft.emoji.value, draft.text.value.trim())} testid="status-form">
        <Words draft={draft} />
        <ClearAfter draft={draft} keep={keep} />
        <FormProblem />
        <div class="form-end">
          {present && <ClearButton clear={() => set('', '')} />}
          <SubmitButton testid="status-submit">{t.save}</SubmitButton>
        </div>
      </Form>
    </Dialog>
  );
}

function Words({ draft: { emoji, text, end } }: { draft: Draft }) {
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

function ClearAfter({ draft: { end, over }, keep }: { draft: Draft; keep: number | null }) {
  const id = useId();
  return (
    <div class="field">
      <label class="label" for={id}>
        {t.clearAfter}
      </label>
      <select
        id={id}
        class="input"
        aria-describedby={`${id}-over`}
        data-testid="status-end"
        value={end.value}
        onChange={(event) => {
          const wanted = event.currentTarget.value;
          end.value = statusEnds.find((one) => one === wanted) ?? 'kept';
        }}
      >
        {keep !== null && !over.value && <option value="kept">{t.kept(upcoming(keep, Date.now()))}</option>}
        {statusEnds.map((one) => (
          <option key={one} value={one}>
            {t.ends[one]}
          </option>
        ))}
      </select>
      <p id={`${id}-over`} class="hint" role="status" data-testid="status-over">
        {over.value && t.over}
      </p>
    </div>
  );
}

/** Shows what went wrong as the form does. */
function ClearButton({ clear }: { clear: () => Promise<void> }) {
  const state = useFormState();
  return (
    <Button data-testid="clear-status" busy={state.pending.value} onClick={() => void state.attempt(clear)}>
      {t.clear}
    </Button>
  );
}
