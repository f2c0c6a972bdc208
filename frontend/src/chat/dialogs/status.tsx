import { useSignal, useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { endOf, type StatusEnd } from '../../model/ends';
import { holds } from '../../model/now';
import { setStatus } from '../../model/own-state';
import { toast } from '../../model/toasts';
import { statusTexts } from '../../texts/status';
import { Button } from '../../view/button';
import { Dialog } from '../../view/dialog';
import { Form, FormProblem, SubmitButton, useFormState } from '../../view/form';
import { useChat } from '../context';
import type { StatusDraft } from './status-draft';
import { ClearAfter } from './status-end';
import { Words } from './status-words';

const t = statusTexts;

/** What I say of myself: an emoji, a few words, and when they are no longer true. */
export function StatusDialog({ onClose }: { onClose: () => void }) {
  const chat = useChat();
  const present = useRef(chat.people.status(chat.me.id)).current;
  const draft: StatusDraft = {
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

/** Shows what went wrong as the form does. */
function ClearButton({ clear }: { clear: () => Promise<void> }) {
  const state = useFormState();
  return (
    <Button data-testid="clear-status" busy={state.pending.value} onClick={() => void state.attempt(clear)}>
      {t.clear}
    </Button>
  );
}
