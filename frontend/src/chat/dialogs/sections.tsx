import type { Section } from '../../api/attention-records';
import { arrange, setRoom } from '../../model/arranging';
import type { Room } from '../../model/room';
import { texts } from '../../texts';
import { roomMenuTexts as t } from '../../texts/rooms';
import { Button } from '../../view/button';
import { Dialog } from '../../view/dialog';
import { Field } from '../../view/field';
import { Form, FormProblem, SubmitButton } from '../../view/form';
import { useChat } from '../context';

/** As the server takes it. */
const LONGEST = 40;

/** Names a section of the sidebar: a new one, with a room in it if there is one, or one that is there. */
export function SectionDialog({
  section,
  first,
  onClose,
}: {
  section: Section | null;
  first: Room | null;
  onClose: () => void;
}) {
  const chat = useChat();
  const submit = async ({ name = '' }: Readonly<Record<string, string>>) => {
    const before = chat.sections.peek();
    if (section) {
      await arrange(
        chat,
        before.map((one) => (one.id === section.id ? { ...one, name } : one)),
      );
    } else {
      await arrange(chat, [...before, { name }]);
      const made = chat.sections.peek().at(-1);
      if (made && first) await setRoom(chat, first, { section: made.id }, { section: made.id });
    }
    onClose();
  };
  return (
    <Dialog title={section ? t.renameTitle : t.newTitle} testid="section-dialog" onClose={onClose}>
      <Form onSubmit={submit} testid="section-form">
        <Field
          name="name"
          label={t.name}
          hint={t.nameHint}
          required
          maxLength={LONGEST}
          autocomplete="off"
          initial={section?.name ?? ''}
        />
        <FormProblem />
        <div class="form-end">
          <Button onClick={onClose}>{texts.cancel}</Button>
          <SubmitButton testid="section-submit">{section ? t.rename : t.create}</SubmitButton>
        </div>
      </Form>
    </Dialog>
  );
}

export function DeleteSectionDialog({ section, onClose }: { section: Section; onClose: () => void }) {
  const chat = useChat();
  const submit = async () => {
    await arrange(
      chat,
      chat.sections.peek().filter(({ id }) => id !== section.id),
    );
    onClose();
  };
  return (
    <Dialog title={t.deleteTitle(section.name)} testid="delete-section-dialog" onClose={onClose}>
      <Form onSubmit={submit} testid="delete-section-form">
        <p>{t.deleteAbout}</p>
        <FormProblem />
        <div class="form-end">
          <Button onClick={onClose}>{texts.cancel}</Button>
          <SubmitButton testid="delete-section-submit">{t.deleteSection}</SubmitButton>
        </div>
      </Form>
    </Dialog>
  );
}
