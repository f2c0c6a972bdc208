/** What is pressed in the words of a message that stands outside of its timeline. */
import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Chat } from '../model/chat';
import { navigate } from '../model/router';
import { messagePath, roomPath, threadPath } from '../model/route';
import { messageTexts } from '../texts/message';
import { useChat } from './context';
import { copyText } from './message-actions';
import { roomRoute, uncover } from './rich-text';
import { closeDialog, dialog, showProfile } from './ui';

/** Hears of what is pressed inside of an element; see rich-text.ts for what can be. */
export function useBodyPresses(element: RefObject<HTMLElement | null>): void {
  const chat = useChat();
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    element.current?.addEventListener('click', (event) => pressed(chat, event), { signal });
    element.current?.addEventListener(
      'keydown',
      (event) => {
        const { target, key } = event;
        if (key !== 'Enter' && key !== ' ') return;
        if (!(target instanceof HTMLElement) || target.tagName === 'BUTTON' || !target.dataset.do) return;
        event.preventDefault();
        press(chat, target);
      },
      { signal },
    );
    return () => stop.abort();
  }, [chat]);
}

function pressed(chat: Chat, event: MouseEvent): void {
  const { target } = event;
  if (!(target instanceof Element) || event.button !== 0) return;
  const part = target.closest<HTMLElement>('[data-do]');
  if (part) press(chat, part);
  else if (!event.metaKey && !event.ctrlKey && !event.shiftKey) follow(target.closest('a'), event);
}

function press(chat: Chat, part: HTMLElement): void {
  const { do: does, user } = part.dataset;
  const who = chat.people.all.peek().get(Number(user));
  if (does === 'uncover') uncover(part);
  else if (does === 'profile' && who) showProfile(who, part);
  else if (does === 'copy-code')
    void copyText(part.parentElement?.querySelector('code')?.textContent ?? '', messageTexts.codeCopied);
}

/** What is on this page is gone to in place. */
function follow(link: HTMLAnchorElement | null, event: Event): void {
  const to = link && roomRoute(link);
  if (!to) return;
  event.preventDefault();
  if (dialog.peek()) closeDialog();
  if (to.message !== null) navigate(messagePath(to.id, to.message));
  else navigate(to.thread === null ? roomPath(to.id) : threadPath(to.id, to.thread));
}
