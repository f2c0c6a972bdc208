/** Where the actions of a message are chosen: its menu, its bar, and what is pressed in it. */
import { useEffect } from 'preact/hooks';
import type { Author, Message } from '../api/records';
import { isolate } from '../model/format';
import { texts } from '../texts';
import { messageTexts } from '../texts/message';
import { Icon } from '../view/icons';
import { narrow } from '../view/media';
import { MenuList, type MenuItem } from '../view/menu';
import { actionOf, copyText, iconOf, labelOf, messageActions, type Subject } from './message-actions';
import type { MessageList, OpenMenu } from './message-list';
import { react, recentEmoji } from './message-react';
import { messageItems } from './moderation-items';
import { askSeen, maySee } from './seen';
import { dialog, showProfile } from './ui';

const t = messageTexts;

/** Does what a part of a message is for. */
export function press(list: MessageList, pressed: HTMLElement, row: HTMLElement): void {
  const { chat, room } = list;
  const { do: does, emoji, user } = pressed.dataset;
  if (does === 'profile') {
    const who = authorOf(list, row, user);
    if (who) showProfile(who, pressed);
    return;
  }
  if (does === 'copy-code') {
    void copyText(pressed.parentElement?.querySelector('code')?.textContent ?? '', t.codeCopied);
    return;
  }
  const message = list.messageOf(row);
  if (!message) return;
  const subject = { chat, room, message, row, anchor: pressed };
  if (does === 'react' && emoji) void react(chat, room, message, emoji);
  else if (does === 'add-reaction') act('react', subject);
  else if (does === 'revisions') dialog.value = { name: 'revisions', room, number: message.number };
  else if (does) act(does, subject);
}

/** Does an action when it is offered. */
export function act(id: string, subject: Subject): void {
  const action = actionOf(id, subject);
  if (action) action.run(subject);
  else
    moderation(subject)
      .find(({ testid }) => testid === `${id}-message`)
      ?.run();
}

/** Whose card is to be opened: of the author of a row, or of who is mentioned in it. */
function authorOf(list: MessageList, row: HTMLElement, mentioned: string | undefined): Author | undefined {
  const id = Number(mentioned ?? row.dataset.author);
  const message = list.messageOf(row);
  if (mentioned === undefined && message) return message.author;
  return list.chat.people.all.peek().get(id);
}

function moderation({ chat, room, message }: Subject): readonly MenuItem[] {
  return messageItems(chat, room, message.author, message.number);
}

function itemsOf(subject: Subject): readonly MenuItem[] {
  const own = messageActions
    .filter((action) => action.may(subject))
    .map(
      (action): MenuItem => ({
        label: labelOf(action, subject),
        icon: iconOf(action, subject),
        ...(action.hint ? { hint: action.hint(subject) } : {}),
        testid: `${action.id}-item`,
        ...(action.apart ? { apart: true } : {}),
        run: () => action.run(subject),
      }),
    );
  return [...own, ...moderation(subject).map((item, i) => (i === 0 ? { ...item, apart: true } : item))];
}

/** The menu of a message that is open. */
export function OpenMessageMenu({ list, open }: { list: MessageList; open: OpenMenu }) {
  const { chat, room } = list;
  const { row, anchor, sheet } = open;
  const message = list.messageOf(row) ?? open.message;
  const subject = { chat, room, message, row, anchor };
  const close = (back: boolean) => {
    if (list.menu.peek() === open) list.menu.value = null;
    if (back && anchor.isConnected) anchor.focus({ preventScroll: true });
  };
  useEffect(() => {
    if (maySee(chat, room, message)) void askSeen(room, message.number);
  }, [message.number]);
  // With the message goes what can be done with it.
  useEffect(() => {
    if (!row.isConnected) close(false);
  });
  const mine = message.author.id === chat.me.id;
  const name = isolate(chat.people.name(message.author.id) || message.author.display_name);
  return (
    <MenuList
      key={message.number}
      label={mine ? texts.timeline.ownMessageMenu : texts.timeline.messageMenu(name)}
      items={itemsOf(subject)}
      anchor={() => (anchor === row ? anchor.querySelector<HTMLElement>('[data-do="menu"]') : anchor)}
      floating
      sheet={sheet || (narrow.value && anchor === row)}
      close={close}
      onOpen={(now) => {
        room.still.value = now;
        anchor.toggleAttribute('data-open', now);
        if (anchor.hasAttribute('aria-haspopup')) anchor.setAttribute('aria-expanded', String(now));
      }}
      lead={sheet && chat.mayIn(room, 'react') && <QuickReactions subject={subject} close={close} />}
    />
  );
}

function QuickReactions({ subject, close }: { subject: Subject; close: (back: boolean) => void }) {
  const { chat, room, message } = subject;
  return (
    <div class="menu-lead">
      {recentEmoji().map((emoji) => (
        <button
          key={emoji}
          type="button"
          role="menuitem"
          tabIndex={-1}
          aria-label={t.reactWith(emoji)}
          data-testid="quick-reaction"
          onClick={() => {
            close(true);
            void react(chat, room, message, emoji);
          }}
        >
          {emoji}
        </button>
      ))}
    </div>
  );
}

/** Beside a message that is pointed at or has the focus: what is done most. */
export function MessageBar({ list, message }: { list: MessageList; message: Message }) {
  const { chat, room } = list;
  const row = document.querySelector<HTMLElement>(`[data-number="${message.number}"]`) ?? document.body;
  const subject: Subject = { chat, room, message, row, anchor: row };
  const actions = messageActions.filter((action) => action.bar && action.may(subject));
  return (
    <>
      {chat.mayIn(room, 'react') &&
        recentEmoji().map((emoji) => (
          <button
            key={emoji}
            type="button"
            class="icon-button bar-emoji"
            aria-label={t.reactWith(emoji)}
            title={t.reactWith(emoji)}
            data-do="react"
            data-emoji={emoji}
            data-testid="bar-emoji"
          >
            {emoji}
          </button>
        ))}
      {actions.map((action) => (
        <button
          key={action.id}
          type="button"
          class="icon-button"
          aria-label={labelOf(action, subject)}
          title={labelOf(action, subject)}
          data-do={action.id === 'react' ? 'add-reaction' : action.id}
          data-testid={`bar-${action.id}`}
        >
          <Icon name={iconOf(action, subject)} />
        </button>
      ))}
    </>
  );
}
