import { useSignal } from '@preact/signals';
import type { User } from '../../api/records';
import * as routes from '../../api/routes';
import type { People } from '../../model/people';
import type { Room } from '../../model/room';
import { roomPath } from '../../model/route';
import { navigate } from '../../model/router';
import { toast } from '../../model/toasts';
import { peopleTexts } from '../../texts/dialogs';
import { Dialog } from '../../view/dialog';
import { Form, FormProblem, SubmitButton } from '../../view/form';
import { useChat } from '../context';
import { roomTitle } from '../room-title';
import { PeoplePicker } from './people-picker';

const t = peopleTexts;

/** A direct room holds so many others at most. */
const MOST_OTHERS = 8;

/** Starts, or finds again, the conversation with exactly these people. */
export function NewMessageDialog({ onClose }: { onClose: () => void }) {
  const chat = useChat();
  const picked = useSignal<readonly User[]>([]);
  const submit = async () => {
    if (picked.value.length === 0) return;
    const entry = await routes.openDirect(picked.value.map((user) => user.id));
    chat.add(entry);
    onClose();
    navigate(roomPath(entry.id));
  };
  return (
    <Dialog title={t.newTitle} testid="new-message-dialog" onClose={onClose}>
      <Form onSubmit={submit} testid="new-message-form">
        <PeoplePicker candidates={byName(chat.people)} picked={picked} most={MOST_OTHERS} />
        <FormProblem />
        <div class="form-end">
          <SubmitButton testid="start-conversation">{t.start}</SubmitButton>
        </div>
      </Form>
    </Dialog>
  );
}

export function AddPeopleDialog({ room, onClose }: { room: Room; onClose: () => void }) {
  const { people } = useChat();
  const picked = useSignal<readonly User[]>([]);
  const candidates = byName(people).filter((user) => !room.has(user.id));
  const submit = async () => {
    for (const user of picked.value) await routes.addMember(room.id, user.id);
    if (picked.value.length > 0) {
      toast(
        t.added(
          picked.value.map((user) => user.display_name),
          roomTitle(room, people),
        ),
      );
      await room.roster.refresh();
    }
    onClose();
  };
  return (
    <Dialog title={t.addTitle(roomTitle(room, people))} testid="add-people-dialog" onClose={onClose}>
      <Form onSubmit={submit} testid="add-people-form">
        <PeoplePicker candidates={candidates} picked={picked} most={Number.POSITIVE_INFINITY} />
        <FormProblem />
        <div class="form-end">
          <SubmitButton testid="add-people-submit">{t.add}</SubmitButton>
        </div>
      </Form>
    </Dialog>
  );
}

/** Everybody who can be written to, by name, with me last. */
function byName(people: People): readonly User[] {
  const collator = new Intl.Collator(undefined, { sensitivity: 'base' });
  const mine = (user: User) => Number(user.id === people.me.id);
  const active = [...people.all.value.values()].filter((user) => !user.deactivated);
  return active.sort((a, b) => mine(a) - mine(b) || collator.compare(a.display_name, b.display_name));
}
