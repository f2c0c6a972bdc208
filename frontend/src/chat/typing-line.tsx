import { isolate } from '../model/format';
import type { People } from '../model/people';
import type { Room } from '../model/room';
import type { Writers } from '../model/typing';
import { texts } from '../texts';
import { useChat } from './context';

const t = texts.typing;

/** Who writes at this moment. Its place is kept while nobody does, and it is not read out: it would never end. */
export function TypingLine({ room }: { room: Room }) {
  const { people } = useChat();
  const words = sentence(room.writers.value, people);
  return (
    <p class="typing-line" aria-live="off" data-testid="typing">
      {words && (
        <>
          <span class="typing-dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          <span class="typing-words">{words}</span>
        </>
      )}
    </p>
  );
}

function sentence({ users, more }: Writers, people: People): string {
  const names = users.map((id) => isolate(people.name(id))).filter((name) => name !== '');
  const [one] = names;
  const count = users.length + more;
  if (count === 0) return '';
  if (count === 1) return one === undefined ? t.somebody : t.one(one);
  return count === 2 && names.length === 2 ? t.two(names) : t.several;
}
