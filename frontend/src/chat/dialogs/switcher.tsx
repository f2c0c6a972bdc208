import { roomPath } from '../../model/route';
import { navigate } from '../../model/router';
import { isPressed } from '../../model/shortcuts';
import { toast } from '../../model/toasts';
import { switcherTexts as t } from '../../texts/switcher';
import { Dialog } from '../../view/dialog';
import { touch } from '../../view/media';
import { sentence } from '../../view/sentence';
import { useChat } from '../context';
import { DestinationFinder, roomIdOf } from './destination-finder';
import type { Destination } from './destinations';

/** Goes to a room or a person by a few letters of the name. */
export function Switcher({ onClose }: { onClose: () => void }) {
  const chat = useChat();
  const go = async (wanted: Destination) => {
    try {
      const id = await roomIdOf(chat, wanted);
      onClose();
      navigate(roomPath(id));
    } catch (error) {
      toast(sentence(error), { bad: true });
    }
  };
  const onKey = (event: KeyboardEvent) => {
    const again = isPressed('Mod+k', event);
    if (again) onClose();
    return again;
  };
  return (
    <Dialog title={t.title} testid="switcher" onClose={onClose}>
      <DestinationFinder label={t.search} remark={remark} onPick={(one) => void go(one)} onKey={onKey} />
      {!touch.value && <p class="hint">{t.keys}</p>}
    </Dialog>
  );
}

function remark(query: string, found: number): string {
  if (query.trim() === '') return t.recent;
  return found === 0 ? t.none : t.count(found);
}
