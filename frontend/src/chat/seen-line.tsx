import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { seenBy } from '../api/message-acts';
import type { Room } from '../model/room';
import { SeenWatch } from '../model/seen-watch';
import { seenTexts as t } from '../texts/seen';
import { useChat } from './context';
import { othersIn } from './room-title';
import { namesOf } from './seen';

/** Below my newest message in a direct room: who of the others has seen it. */
export function SeenLine({ room, number }: { room: Room; number: number }) {
  const chat = useChat();
  const line = useRef<HTMLParagraphElement>(null);
  const seen = useSignal<readonly number[]>([]);
  const others = othersIn(room, chat.people);
  useEffect(() => {
    const watch = new SeenWatch({
      ask: () => seenBy(room.id, number),
      told: (people) => {
        seen.value = people;
        return people.length >= others.length;
      },
      visible: () => document.visibilityState === 'visible',
    });
    const view = new IntersectionObserver((entries) => {
      watch.inView(entries.at(-1)?.isIntersecting ?? false);
    });
    if (line.current) view.observe(line.current);
    const look = () => watch.look();
    document.addEventListener('visibilitychange', look);
    return () => {
      view.disconnect();
      document.removeEventListener('visibilitychange', look);
      watch.stop();
    };
  }, [room, number]);
  const names = namesOf(chat, seen.value);
  const words = names.length === 0 ? '' : others.length === 1 ? t.seen : t.seenBy(names);
  return (
    <p ref={line} class="seen-line" data-testid="seen-line" data-count={seen.value.length}>
      {words}
    </p>
  );
}
