import { useState } from 'preact/hooks';
import { changeWorkspace } from '../../api/admin';
import type { SignUp, Workspace } from '../../api/records';
import { workspaceChange } from '../../model/changes';
import { toast } from '../../model/toasts';
import { texts } from '../../texts';
import { Field } from '../../view/field';
import { Form, FormProblem, SubmitButton, type Values } from '../../view/form';
import { Radios } from '../../view/radios';
import { useChat } from '../context';

const t = texts.settings.workspace;

const signUps: readonly SignUp[] = ['invite', 'open'];

/** For those who look after the workspace: its name and who may make an account. */
export function WorkspaceSection() {
  const { workspace } = useChat();
  const [opened, setOpened] = useState(() => ({ from: workspace.peek(), times: 0 }));
  const submit = async (values: Values) => {
    const change = workspaceChange(opened.from, values);
    if (change) {
      workspace.value = await changeWorkspace(change);
      setOpened({ from: workspace.value, times: opened.times + 1 });
    }
    toast(change ? texts.settings.saved : texts.settings.unchanged);
  };
  // A new form after each change: it shows what others have changed meanwhile.
  return <WorkspaceForm key={opened.times} opened={opened.from} onSubmit={submit} />;
}

/** Filled in from the workspace as it was when the form was opened. */
function WorkspaceForm({
  opened: { name, sign_up },
  onSubmit,
}: {
  opened: Workspace;
  onSubmit: (values: Values) => Promise<void>;
}) {
  return (
    <Form onSubmit={onSubmit} testid="workspace-form">
      <Field name="name" label={t.name} required maxLength={80} autocomplete="off" initial={name} />
      <Radios
        name="sign_up"
        legend={t.signUp}
        values={signUps}
        initial={sign_up}
        label={(one) => t.signUps[one]}
        hint={(one) => t.signUpHints[one]}
      />
      <FormProblem />
      <div class="form-end">
        <SubmitButton testid="workspace-submit">{texts.settings.save}</SubmitButton>
      </div>
    </Form>
  );
}
