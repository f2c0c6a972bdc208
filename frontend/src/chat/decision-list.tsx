import { useRef } from 'preact/hooks';
import type { Decision } from '../api/decisions';
import { endTime, isolate } from '../model/format';
import { decidedTexts } from '../texts/moderation';
import { Button } from '../view/button';
import { useChat } from './context';
import { focusComposer } from './focus';

const t = decidedTexts;

/** What others decided about me, and a button that says that I have read it. */
export function DecisionList() {
  const { decisions } = useChat();
  const box = useRef<HTMLElement>(null);
  const waiting = decisions.waiting.value.map((one) => ({ id: one.id, words: words(one) }));
  const told = waiting.filter((one) => one.words !== null);
  if (told.length === 0) return null;
  return (
    <section ref={box} class="decisions" aria-label={t.title} data-testid="decisions">
      <ul>
        {told.map(({ id, words: sentences }) => (
          <li key={id} dir="auto" data-testid="decision">
            {sentences}
          </li>
        ))}
      </ul>
      <Button
        data-testid="decisions-seen"
        onClick={() => {
          decisions.seen();
          focusComposer();
          // Where nobody writes, what follows is next.
          box.current?.closest('main')?.querySelector<HTMLElement>('[data-focus-home]')?.focus();
        }}
      >
        {t.seen}
      </Button>
    </section>
  );
}

type Sentence = (by: string, room: string, role: string, count: number) => string;

const lasting = new Set(['member-muted', 'member-banned', 'user-suspended']);

/** Null for what this page has no sentence for. */
function words({ action, by, room, reason, until, role, count }: Decision): string | null {
  const sentence = (t as unknown as Record<string, Sentence | string>)[action];
  if (typeof sentence !== 'function') return null;
  const who = by ? isolate(by.display_name) : t.somebody;
  const where = room?.name ? isolate(room.name) : t.here;
  const said = [sentence(who, where, role, count)];
  if (lasting.has(action)) said.push(until === null ? t.open : t.until(endTime(until)));
  if (reason !== '') said.push(t.reason(isolate(reason)));
  return said.join(' ');
}
