import { useRef } from 'preact/hooks';
import { upcoming } from '../model/format';
import { now } from '../model/now';
import { texts } from '../texts';
import { Avatar } from '../view/avatar';
import { useDerived } from '../view/derived';
import { Dot } from '../view/dot';
import { useChat } from './context';
import { useSight } from './sight';

/** Somebody's initials and how they are. `sight`: it is not known by itself, and asked for while it is in view. */
export function AvatarWithDot({
  id,
  name,
  size,
  sight = true,
}: {
  id: number;
  name: string;
  size: 'small' | 'medium' | 'large';
  sight?: boolean;
}) {
  const { people } = useChat();
  const element = useRef<HTMLSpanElement>(null);
  const state = useDerived(() => people.shown(id), [people, id]);
  useSight(element, sight && id !== people.me.id ? id : null);
  return (
    <span ref={element} class="avatar-with-presence">
      <Avatar id={id} name={name} size={size} />
      {!people.deactivated(id) && <Dot state={state} />}
    </span>
  );
}

/** The emoji of somebody's status beside their name; its words on hover, and read out. */
export function StatusEmoji({ id }: { id: number }) {
  const { people } = useChat();
  const status = useDerived(() => people.status(id), [people, id]);
  if (!status || status.emoji === '') return null;
  const words = texts.presence.status(status.emoji, status.text);
  return (
    <span class="status-emoji" role="img" aria-label={words} title={words} data-testid="status-emoji">
      {status.emoji}
    </span>
  );
}

/** Something and until when: “Do not disturb until 14:30”. */
export function untilWords(words: string, until: number | null): string {
  return until === null ? words : `${words} ${texts.presence.until(upcoming(until, now.value))}`;
}
