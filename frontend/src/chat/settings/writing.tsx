import type { SendWith } from '../../api/attention-records';
import { chooseSendWith } from '../../model/own-state';
import { toast } from '../../model/toasts';
import { settingsTexts } from '../../texts/settings';
import { Choices } from '../../view/choices';
import { sentence } from '../../view/sentence';
import { useChat } from '../context';

const t = settingsTexts;

const choices: readonly SendWith[] = ['enter', 'ctrl-enter'];

export function WritingSection() {
  const chat = useChat();
  return (
    <>
      <Choices
        legend={t.sendWith}
        name="send-with"
        values={choices}
        value={chat.me.send_with}
        label={(value) => t.sendWiths[value]}
        hint={(value) => t.sendWithHints[value]}
        onChoose={(value) => {
          chooseSendWith(chat, value).catch((error: unknown) => toast(sentence(error), { bad: true }));
        }}
      />
      <p class="hint">{t.sendWithTouch}</p>
    </>
  );
}
