import type { ComponentChildren, RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Message } from '../api/records';
import { at } from '../base';
import { fullTime, isolate, isoTime, moment } from '../model/format';
import { messagePath } from '../model/route';
import { keptTexts as t } from '../texts/kept';
import { Avatar } from '../view/avatar';
import { IconButton } from '../view/button';
import { Icon, type IconName } from '../view/icons';
import { opensElsewhere } from '../view/link';
import { useChat } from './context';
import { MessageBody } from './message-body';

/** A message that is pinned or saved, with a way to it and one to have it here no longer. */
export function KeptMessage({
  message,
  testid,
  above,
  below,
  hidden,
  remove,
  onGo,
}: {
  message: Message;
  testid: string;
  above?: ComponentChildren;
  below?: ComponentChildren;
  /** In place of the words. */
  hidden?: string | null;
  remove: { readonly label: string; readonly icon: IconName; readonly run: () => void } | null;
  onGo: () => void;
}) {
  const { people } = useChat();
  const { author, room_id, number, created_at } = message;
  const name = people.name(author.id) || author.display_name;
  return (
    <li class="kept" data-testid={testid} data-room={room_id} data-number={number}>
      {above}
      <div class="kept-top">
        <Avatar id={author.id} name={name} size="small" />
        <strong class="kept-author" dir="auto">
          {name}
        </strong>
        <time class="kept-time" dateTime={isoTime(created_at)} title={fullTime(created_at)}>
          {moment(created_at, Date.now())}
        </time>
        {remove && (
          <IconButton
            icon={remove.icon}
            label={remove.label}
            data-testid="remove-kept"
            onClick={remove.run}
          />
        )}
      </div>
      <div class="kept-words">
        {hidden ? <p class="hint">{hidden}</p> : <MessageBody body={message.body} html={message.html} />}
      </div>
      {below}
      <a
        class="kept-go"
        href={at(messagePath(room_id, number))}
        aria-label={t.goOf(isolate(name))}
        data-testid="go-to-kept"
        onClick={(event) => {
          if (opensElsewhere(event)) return;
          event.preventDefault();
          event.stopPropagation();
          onGo();
        }}
      >
        {t.go}
        <Icon name="forward" />
      </a>
    </li>
  );
}

/** When the entry that had the focus is gone, the next one has it; `rest` finds what has it when none is left. */
export function useFocusInList(
  list: RefObject<HTMLElement | null>,
  items: unknown,
  rest: () => HTMLElement | null,
): void {
  const before = useRef(-1);
  useEffect(() => {
    const entries = () => [...(list.current?.querySelectorAll<HTMLElement>('li.kept') ?? [])];
    if (document.activeElement === document.body && before.current >= 0) {
      const all = entries();
      const next = all[Math.min(before.current, all.length - 1)];
      (next?.querySelector<HTMLElement>('[data-testid="remove-kept"], a') ?? rest())?.focus();
    }
    const note = () => {
      before.current = entries().findIndex((one) => one.contains(document.activeElement));
    };
    note();
    document.addEventListener('focusin', note);
    return () => document.removeEventListener('focusin', note);
  }, [items]);
}
