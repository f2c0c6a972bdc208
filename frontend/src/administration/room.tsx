import { changeRoom, deleteRoom, undeleteRoom } from '../api/admin';
import type { AdminRoom } from '../api/administration-records';
import { at } from '../base';
import { useChat } from '../chat/context';
import type { Chat } from '../model/chat';
import { isolate, listOf, shortDate, shortTime } from '../model/format';
import type { RoomAction } from '../model/rights';
import { roomPath } from '../model/route';
import { navigate } from '../model/router';
import { toast } from '../model/toasts';
import { roomSettingsTexts } from '../texts/admin';
import { administration } from '../texts/administration';
import { Confirm } from '../view/confirm';
import { Field } from '../view/field';
import { Form, FormProblem, SubmitButton } from '../view/form';
import { opensElsewhere } from '../view/link';
import { FactList } from './facts';

const t = administration.rooms;

function keptWords({ retention_days }: AdminRoom, workspaceDays: number): string {
  const { asWorkspace, retentions } = roomSettingsTexts;
  return retention_days === null ? asWorkspace(workspaceDays) : retentions(String(retention_days));
}

interface Props {
  room: AdminRoom;
  onChanged: (how: Partial<AdminRoom>) => void;
  /** It stands no longer in this list. */
  onGone: () => void;
}

/** One room: what is to be known of it, and how it ends. */
export function RoomDetail({ room, onChanged, onGone }: Props) {
  const chat = useChat();
  const foreign = room.name === null && !chat.rooms.value.has(room.id);
  return (
    <div class="room-detail">
      {room.name !== null && room.state !== 'deleted' && (
        <p>
          <a
            class="room-go"
            href={at(roomPath(room.id))}
            onClick={(event) => {
              if (opensElsewhere(event)) return;
              event.preventDefault();
              navigate(roomPath(room.id));
            }}
          >
            {t.goThere}
          </a>
        </p>
      )}
      <FactList
        facts={[
          [t.topic, room.topic],
          [t.owners, room.name === null || room.state === 'deleted' ? null : ownersOf(room)],
          [t.made, shortDate(room.created_at)],
          [t.keeps, room.name === null ? null : keptWords(room, chat.workspace.value.retention_days)],
        ]}
      />
      {foreign && <p class="hint">{t.privateWhy}</p>}
      {room.state === 'deleted' ? (
        <Undelete room={room} onGone={onGone} />
      ) : (
        <Endings room={room} onChanged={onChanged} onGone={onGone} />
      )}
    </div>
  );
}

function ownersOf({ owners, owner_count }: AdminRoom): string {
  const names = owners.map(({ display_name }) => isolate(display_name));
  if (names.length === 0) return t.noOwner;
  const others = owner_count - names.length;
  return listOf(others > 0 ? [...names, t.others(others)] : names);
}

/** Whether I may do something with a room, in which I may or may not be. */
function may(chat: Chat, room: AdminRoom, action: RoomAction): boolean {
  const mine = chat.rooms.value.get(room.id);
  if (mine) return chat.mayIn(mine, action);
  const { kind, state } = room;
  return state !== 'deleted' && chat.mayOutside({ kind, state }, action);
}

function Endings({ room, onChanged, onGone }: Props) {
  const chat = useChat();
  const name = room.name === null ? t.private(room.id) : isolate(room.name);
  const archive = async (archived: boolean) => {
    const { state } = await changeRoom(room.id, { archived });
    onChanged({ state });
    toast((archived ? roomSettingsTexts.wasArchived : roomSettingsTexts.unarchived)(name));
  };
  if (!may(chat, room, 'archive-room')) return null;
  return (
    <div class="access">
      {room.state === 'archived' ? (
        <Confirm
          label={roomSettingsTexts.unarchive}
          question={roomSettingsTexts.unarchiveQuestion(name)}
          testid="unarchive"
          act={() => archive(false)}
        />
      ) : (
        <Confirm
          label={roomSettingsTexts.archive}
          question={roomSettingsTexts.archiveQuestion(name)}
          testid="archive"
          act={() => archive(true)}
        />
      )}
      {may(chat, room, 'delete-room') && (
        <Confirm
          label={roomSettingsTexts.delete}
          question={roomSettingsTexts.deleteQuestion(name)}
          danger
          testid="delete-room"
          act={async () => {
            await deleteRoom(room.id);
            onGone();
            toast(roomSettingsTexts.deleted(name));
          }}
        />
      )}
    </div>
  );
}

/** Somebody may have taken the name meanwhile: then it can have another one. */
function Undelete({ room, onGone }: Omit<Props, 'onChanged'>) {
  if (room.undelete_until === null) return null;
  const name = room.name ?? t.private(room.id);
  return (
    <Form
      testid="undelete-form"
      onSubmit={async (typed) => {
        const wanted = typed.name ?? '';
        await undeleteRoom(room.id, room.name === null || wanted === room.name ? null : wanted);
        onGone();
        toast(t.undeleted(isolate(wanted || name)));
      }}
    >
      <p>{t.undeleteLead(shortTime(room.undelete_until))}</p>
      {room.name !== null && (
        <Field
          name="name"
          label={t.undeleteName}
          hint={t.undeleteNameHint}
          required
          maxLength={80}
          autocomplete="off"
          initial={room.name}
        />
      )}
      <FormProblem />
      <div class="form-line">
        <SubmitButton testid="undelete">{t.undelete}</SubmitButton>
      </div>
    </Form>
  );
}
