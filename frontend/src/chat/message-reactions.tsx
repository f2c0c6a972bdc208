import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Reaction } from '../api/records';
import type { People } from '../model/people';
import { isMine } from '../model/reacting';
import type { Room } from '../model/room';
import { count, listOf } from '../model/format';
import { texts } from '../texts';
import { Icon } from '../view/icons';
import { useChat } from './context';

const t = texts.timeline;

/** So many people are named. */
const NAMED = 12;

/** The emoji under a message, with how many put them there. */
export function MessageReactions({
  room,
  number,
  reactions,
  active,
}: {
  room: Room;
  number: number;
  reactions: readonly Reaction[];
  active: boolean;
}) {
  const chat = useChat();
  const { people, me } = chat;
  const shown = room.messages.reacting.shown(number, reactions, me.id);
  const list = useKeptFocus();
  if (shown.length === 0) return null;
  const may = chat.mayIn(room, 'react');
  const tabIndex = active ? 0 : -1;
  return (
    <ul ref={list} class="reactions" aria-label={t.reactions} data-testid="reactions">
      {shown.map((reaction) => {
        const label = t.reaction(reaction.emoji, reaction.count, who(reaction, people));
        return (
          <li key={reaction.emoji}>
            <button
              type="button"
              class="reaction"
              tabIndex={tabIndex}
              aria-pressed={isMine(shown, reaction.emoji, me.id)}
              aria-label={label}
              title={label}
              disabled={!may}
              data-do="react"
              data-emoji={reaction.emoji}
              data-testid="reaction"
            >
              <span aria-hidden="true">{reaction.emoji}</span>
              <span aria-hidden="true" class="reaction-count">
                {count(reaction.count)}
              </span>
            </button>
          </li>
        );
      })}
      {may && (
        <li>
          <button
            type="button"
            class="reaction reaction-add"
            tabIndex={tabIndex}
            aria-label={t.addReaction}
            title={t.addReaction}
            data-do="add-reaction"
            data-testid="add-reaction"
          >
            <Icon name="addSmile" />
          </button>
        </li>
      )}
    </ul>
  );
}

/** When the one that has the focus goes, its message has it. Asked before each rendering, which takes it away. */
function useKeptFocus() {
  const list = useRef<HTMLUListElement>(null);
  const within = list.current?.contains(document.activeElement);
  const row = within ? list.current?.closest<HTMLElement>('.message') : null;
  useLayoutEffect(() => {
    if (document.activeElement === document.body) row?.focus({ preventScroll: true });
  });
  return list;
}

/** Those who are not known any more, or whom I block, are only counted. */
function who({ count: all, user_ids }: Reaction, people: People): string {
  const named = user_ids
    .filter((id) => !people.blocked.value.has(id))
    .map((id) => (id === people.me.id ? t.you : people.name(id)))
    .filter((name) => name !== '')
    .slice(0, NAMED);
  const others = all - named.length;
  return listOf(others > 0 ? [...named, t.reactionOthers(others)] : named);
}
