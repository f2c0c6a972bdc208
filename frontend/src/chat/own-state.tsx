import type { Signal } from '@preact/signals';
import type { Choice } from '../api/presence-records';
import type { Chat } from '../model/chat';
import { endOf, type PresenceEnd, presenceEnds } from '../model/ends';
import { upcoming } from '../model/format';
import { choosePresence } from '../model/own-state';
import { toast } from '../model/toasts';
import { texts } from '../texts';
import { Dot } from '../view/dot';
import { sentence } from '../view/sentence';
import type { MenuItem } from '../view/menu';
import { untilWords } from './presence';
import { dialog } from './ui';

const t = texts.ownPresence;

/** The entries about what I am to others: my status, and what I choose. The ends of do not disturb unfold. */
export function stateItems(chat: Chat, unfolded: Signal<boolean>): MenuItem[] {
  const { me, people } = chat;
  const { choice, until } = people.choice;
  const status = people.status(me.id);
  const choose = (wanted: Choice, end?: PresenceEnd) => () => {
    choosePresence(chat, wanted, end).catch((error: unknown) => toast(sentence(error), { bad: true }));
  };
  const busy = choice === 'do-not-disturb';
  return [
    {
      label: status ? t.editStatus : t.setStatus,
      ...(status?.emoji ? { sign: <span aria-hidden="true">{status.emoji}</span> } : { icon: 'smile' }),
      ...(status ? { hint: untilWords(status.text, status.until).trim() } : {}),
      testid: 'set-status',
      run: () => {
        dialog.value = { name: 'status' };
      },
    },
    {
      label: t.automatic,
      hint: t.automaticHint,
      sign: <Dot state="online" named={false} />,
      testid: 'choose-automatic',
      checked: choice === 'automatic',
      apart: true,
      run: choose('automatic'),
    },
    {
      label: t.doNotDisturb,
      ...(busy && until !== null ? { hint: texts.presence.until(upcoming(until, Date.now())) } : {}),
      sign: <Dot state="do-not-disturb" named={false} />,
      testid: 'choose-do-not-disturb',
      checked: busy,
      expanded: unfolded.value,
      run: () => {
        unfolded.value = !unfolded.value;
      },
    },
    ...(unfolded.value ? presenceEnds : []).map(
      (end): MenuItem => ({
        label: t.ends[end],
        ...(end === 'tomorrow' ? { hint: hourOf(endOf(end, Date.now())) } : {}),
        testid: `do-not-disturb-${end}`,
        inset: true,
        run: choose('do-not-disturb', end),
      }),
    ),
    {
      label: t.invisible,
      hint: t.invisibleHint,
      icon: 'eyeOff',
      testid: 'choose-invisible',
      checked: choice === 'invisible',
      run: choose('invisible'),
    },
  ];
}

/** The time of day alone. */
function hourOf(at: number | null): string {
  return at === null ? '' : upcoming(at, at);
}
