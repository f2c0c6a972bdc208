import type { SendWith } from '../api/attention-records';
import { texts } from '../texts';
import { touch } from '../view/media';

const t = texts.composer;

/** While something is written: how words are marked, and which key makes a new line. */
export function ComposerHint({ text, sendWith }: { text: string; sendWith: SendWith }) {
  if (text === '' || touch.value) return null;
  return (
    <p class="composer-hint" data-testid="composer-hint">
      <span>
        **<b>{t.marks.bold}</b>**
      </span>
      <span>
        *<i>{t.marks.italic}</i>*
      </span>
      <span>
        ~~<s>{t.marks.strike}</s>~~
      </span>
      <span>
        `<code>{t.marks.code}</code>`
      </span>
      <span>&gt; {t.marks.quote}</span>
      <span class="composer-hint-key">{t.newLine(sendWith === 'enter' ? 'Shift+Enter' : 'Enter')}</span>
    </p>
  );
}
