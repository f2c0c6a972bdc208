import { useEffect } from 'preact/hooks';
import type { Room } from '../../model/room';
import { texts } from '../../texts';
import { seenTexts as t } from '../../texts/seen';
import { Button } from '../../view/button';
import { Dialog } from '../../view/dialog';
import { useChat } from '../context';
import { AvatarWithDot } from '../presence';
import { askSeen, seenOf } from '../seen';

/** Who has seen a message. */
export function SeenDialog({ room, number, onClose }: { room: Room; number: number; onClose: () => void }) {
  const { people } = useChat();
  const ask = () => void askSeen(room, number);
  useEffect(ask, []);
  const seen = seenOf(room, number);
  return (
    <Dialog title={t.title} testid="seen-dialog" onClose={onClose}>
      {seen === 'failed' ? (
        <div role="alert" class="kept-failed">
          <p>{t.unknown}</p>
          <Button onClick={ask}>{texts.retry}</Button>
        </div>
      ) : (
        <>
          <ul class="seen-list" aria-busy={seen === null}>
            {seen?.map((id) => (
              <li key={id} class="pick-row" data-testid="seen-person">
                <AvatarWithDot id={id} name={people.name(id)} size="small" />
                <span class="pick-name" dir="auto">
                  {people.name(id)}
                </span>
              </li>
            ))}
          </ul>
          <p role="status">{seen?.length === 0 ? t.nobody : ''}</p>
        </>
      )}
      <p class="hint">{t.about}</p>
    </Dialog>
  );
}
