import { useMemo, useRef } from 'preact/hooks';
import { Draft } from '../model/draft';
import { outsideTexts } from '../texts/outside';
import { Button } from '../view/button';
import { CopyButton } from '../view/copy-field';
import { useChat } from './context';

const t = outsideTexts;

/** What I have written and not sent in a room that I am not in any more. */
export function KeptDraft({ id }: { id: number }) {
  const { me } = useChat();
  const draft = useMemo(() => new Draft(me.id, id), [me.id, id]);
  const shown = useRef<HTMLParagraphElement>(null);
  const text = draft.text.value;
  if (text.trim() === '') return null;
  return (
    <section class="kept-draft" aria-label={t.keptDraft} data-testid="kept-draft">
      <p class="hint">{t.keptDraft}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: scrolled with the keyboard */}
      <p ref={shown} class="kept-draft-text" dir="auto" tabIndex={0} data-testid="kept-draft-text">
        {text}
      </p>
      <div class="form-end">
        <Button data-testid="discard-draft" onClick={() => draft.discard()}>
          {t.discardDraft}
        </Button>
        <CopyButton
          value={text}
          copy={t.copyDraft}
          copied={t.draftCopied}
          testid="draft"
          select={() => shown.current && getSelection()?.selectAllChildren(shown.current)}
        />
      </div>
    </section>
  );
}
