import { useId } from 'preact/hooks';
import { changeRoom, deleteRoom, undeleteRoom } from '../../api/admin';
import { isolate } from '../../model/format';
import type { Room } from '../../model/room';
import { roomPath } from '../../model/route';
import { navigate } from '../../model/router';
import { toast } from '../../model/toasts';
import { roomSettingsTexts } from '../../texts/admin';
import { Confirm } from '../../view/confirm';
import { sentence } from '../../view/sentence';
import { useChat } from '../context';

const t = roomSettingsTexts;

/** To archive a room, to take it back, and to delete it: each after a question. */
export function RoomEndings({ room, onClose }: { room: Room; onClose: () => void }) {
  const chat = useChat();
  const id = useId();
  const name = isolate(room.name.value);
  if (!chat.mayIn(room, 'archive-room') && !chat.mayIn(room, 'delete-room')) return null;
  const archived = room.state.value === 'archived';
  const archive = async () => {
    chat.change(room, await changeRoom(room.id, { archived: !archived }));
    toast((archived ? t.unarchived : t.wasArchived)(name));
    onClose();
  };
  const remove = async () => {
    const open = chat.openId.peek() === room.id;
    await deleteRoom(room.id);
    onClose();
    if (open) navigate('/');
    toast(t.deleted(name), { action: { label: t.undo, run: () => void bringBack(room, name) } });
  };
  return (
    <section class="endings" aria-labelledby={id} data-testid="room-endings">
      <h3 class="label" id={id}>
        {t.endings}
      </h3>
      {chat.mayIn(room, 'archive-room') && (
        <Confirm
          label={archived ? t.unarchive : t.archive}
          question={(archived ? t.unarchiveQuestion : t.archiveQuestion)(name)}
          testid="archive-room"
          act={archive}
        />
      )}
      {chat.mayIn(room, 'delete-room') && (
        <Confirm
          label={t.delete}
          question={t.deleteQuestion(name)}
          danger
          testid="delete-room"
          act={remove}
        />
      )}
    </section>
  );
}

/** At once, while the name is still free and nobody has missed it. Later its address has the way back. */
async function bringBack({ id }: Room, name: string): Promise<void> {
  try {
    await undeleteRoom(id, null);
    navigate(roomPath(id));
    toast(t.undeleted(name));
  } catch (error) {
    toast(sentence(error), { bad: true });
  }
}
