import { useEffect, useRef } from 'preact/hooks';
import { bodyLength, cleanBody, LIMIT } from '../model/body';
import { endTime } from '../model/format';
import type { Room } from '../model/room';
import { texts } from '../texts';
import { longDuration } from '../texts/words';
import { IconButton } from '../view/button';
import { touch } from '../view/media';
import { useChat } from './context';
import { focusComposer, setComposer } from './focus';
import { roomTitle } from './room-title';
import { dialogOpen } from './ui';

const t = texts.composer;

/** Milliseconds after a change of room in which Enter does not send: it was meant for the other room. */
const GUARD = 500;
/** The characters left are shown from here on. */
const NEAR_LIMIT = 500;

/** Stands in the composer's place where I only read. A draft from before waits. */
export function ReadOnlyNote({ room }: { room: Room }) {
  return (
    <div class="read-only-note" role="status" data-testid="read-only-note">
      <p>{whyNot(room)}</p>
      {room.draft.value.trim() !== '' && <p class="hint">{t.draftKept}</p>}
    </div>
  );
}

function whyNot({ muted, mutedUntil, state }: Room): string {
  if (!muted.value) return t.readOnly[state.value === 'open' ? 'read-only' : state.value];
  return mutedUntil.value === null ? t.muted : t.mutedUntil(endTime(mutedUntil.value));
}

/** Never disabled: what is written without a connection waits in the outbox. */
export function Composer({ room }: { room: Room }) {
  const chat = useChat();
  const field = useRef<HTMLTextAreaElement>(null);
  const draft = room.draft.value;
  const left = LIMIT - bodyLength(cleanBody(draft));

  useEffect(() => {
    setComposer(field.current);
    // It may come because I was given a right: whoever has a menu open goes on with that.
    if (!document.activeElement?.closest('[role="menu"]')) focusComposer();
    const stop = new AbortController();
    document.addEventListener('keydown', (event) => catchTyping(event, field.current), {
      signal: stop.signal,
    });
    return () => {
      stop.abort();
      setComposer(null);
    };
  }, []);

  const send = () => {
    const body = cleanBody(draft);
    if (body !== '' && left >= 0) {
      room.setDraft('');
      room.send(body);
    }
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || composing(event) || !sends(event)) return;
    event.preventDefault();
    if (Date.now() - chat.switchedAt > GUARD) send();
  };

  return (
    <form
      class="composer"
      data-testid="composer-form"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div class="composer-box" data-over={left < 0}>
        <div class="composer-grow" data-text={draft}>
          <textarea
            ref={field}
            class="composer-field"
            rows={1}
            dir="auto"
            aria-label={t.label(roomTitle(room, chat.people))}
            placeholder={t.label(roomTitle(room, chat.people))}
            aria-describedby={left < NEAR_LIMIT ? 'composer-limit' : undefined}
            enterkeyhint={touch.value ? 'enter' : 'send'}
            data-testid="composer"
            value={draft}
            onInput={(event) => room.write(event.currentTarget.value)}
            onKeyDown={onKeyDown}
          />
        </div>
        {left >= NEAR_LIMIT && room.slowMode.value > 0 && !chat.mayIn(room, 'skip-slow-mode') && (
          <p class="composer-limit" data-testid="slow-mode">
            {t.slowMode(longDuration(room.slowMode.value))}
          </p>
        )}
        {left < NEAR_LIMIT && (
          <p id="composer-limit" class="composer-limit" role="status">
            {left < 0 ? t.tooLong(-left) : t.left(left)}
          </p>
        )}
        <IconButton
          type="submit"
          icon="send"
          class="composer-send"
          label={touch.value ? t.send : t.sendHint}
          aria-disabled={draft.trim() === '' || left < 0}
          data-testid="send"
        />
      </div>
    </form>
  );
}

/** Enter belongs to the input method while it composes a word; 229 is how Safari says so. */
function composing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}

/** On a screen keyboard Enter is a new line and only the button sends. */
function sends(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey) return true;
  return !event.shiftKey && !event.altKey && !touch.peek();
}

/** Typing anywhere goes into the composer, unless it means something where the focus is. */
function catchTyping(event: KeyboardEvent, field: HTMLTextAreaElement | null): void {
  if (!field || event.defaultPrevented || dialogOpen() || composing(event)) return;
  if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return;
  const at = event.target;
  if (!(at instanceof HTMLElement)) return;
  if (at.closest('input, textarea, select, [contenteditable], [role="menu"]')) return;
  if (event.key === ' ' && at !== document.body) return;
  field.focus();
}
