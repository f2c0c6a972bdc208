import type { NoticesChoice } from '../../api/presence-records';
import { chooseNotices } from '../../model/own-state';
import { toast } from '../../model/toasts';
import { noticesTexts } from '../../texts/settings';
import { Choices } from '../../view/choices';
import { sentence } from '../../view/sentence';
import { useChat } from '../context';

const t = noticesTexts;

const choices: readonly NoticesChoice[] = ['show', 'condense', 'hide'];

export function NoticesSection() {
  const chat = useChat();
  return (
    <>
      <Choices
        legend={t.legend}
        name="notices"
        values={choices}
        value={chat.me.notices}
        label={(value) => t.choices[value]}
        hint={(value) => t.hints[value]}
        onChoose={(value) => {
          chooseNotices(chat, value).catch((error: unknown) => toast(sentence(error), { bad: true }));
        }}
      />
      <p class="hint">{t.also}</p>
    </>
  );
}
