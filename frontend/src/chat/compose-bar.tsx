import { useEffect, useRef } from 'preact/hooks';
import type { Compose } from '../model/compose';
import { isolate } from '../model/format';
import type { Room } from '../model/room';
import { texts } from '../texts';
import { Button, IconButton } from '../view/button';
import { sentence } from '../view/sentence';
import { Icon } from '../view/icons';
import { touch } from '../view/media';
import { useChat } from './context';
import { excerptOf } from './message-quote';

const t = texts.composer;

/** Above the field: which message is changed or answered, and a way out of it. */
export function ComposeBar({ room, compose }: { room: Room; compose: Compose }) {
  const { people } = useChat();
  const mode = compose.mode.value;
  if (mode.kind === 'new') return null;
  const edits = mode.kind === 'edit';
  const { author, number } = mode.message;
  const name = isolate(people.name(author.id) || author.display_name);
  return (
    <div class="compose-bar" data-testid="compose-bar" data-kind={mode.kind}>
      <Icon name={edits ? 'pencil' : 'reply'} />
      <p class="compose-about" data-testid="compose-about">
        <strong>{edits ? t.editing : t.replying(name)}</strong>{' '}
        {edits ? !touch.value && <span>{t.escCancels}</span> : <Answered room={room} number={number} />}
      </p>
      <IconButton
        icon="close"
        label={edits ? t.cancelEdit : t.cancelReply}
        data-testid="compose-cancel"
        onClick={() => compose.cancel()}
      />
    </div>
  );
}

/** What the message says that is answered. */
function Answered({ room, number }: { room: Room; number: number }) {
  const quoted = room.messages.quotes.of(number).value;
  useEffect(() => room.messages.quotes.want(number), [number]);
  return (
    <span dir="auto" data-testid="compose-words">
      {quoted.state === 'there' && excerptOf(quoted.words)}
    </span>
  );
}

/** The change could not be saved: it is kept, and can be tried again. */
export function SaveProblem({ compose, retry }: { compose: Compose; retry: () => void }) {
  const saving = compose.saving.value;
  if (typeof saving === 'string') return null;
  return (
    <div class="compose-problem" role="alert" data-testid="compose-problem">
      <Icon name="alert" />
      <span>
        {sentence(saving.error)} {t.editKept}
      </span>
      <Button look="bare" data-testid="compose-retry" onClick={retry}>
        {texts.timeline.retry}
      </Button>
    </div>
  );
}

/** Nothing is left of a message that is changed: whether it is to be deleted. */
export function AskDelete({ onYes, onNo }: { onYes: () => void; onNo: () => void }) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    ref.current?.querySelector('button')?.focus();
  }, []);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields
    <div
      ref={ref}
      class="compose-problem"
      role="group"
      aria-label={t.askDelete}
      data-testid="ask-delete"
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        onNo();
      }}
    >
      <span>{t.askDelete}</span>
      <Button look="danger" data-testid="ask-delete-yes" onClick={onYes}>
        {texts.timeline.remove}
      </Button>
      <Button data-testid="ask-delete-no" onClick={onNo}>
        {texts.cancel}
      </Button>
    </div>
  );
}
