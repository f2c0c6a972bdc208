import * as routes from '../api/routes';
import { signedIn } from '../model/session';
import { texts } from '../texts';
import { Field } from '../view/field';
import { Form, FormProblem, SubmitButton, type Values } from '../view/form';
import { AccountFields, accountOf } from './account-fields';
import { Frame } from './frame';

export function SetupPage({ codeRequired }: { codeRequired: boolean }) {
  const submit = async (values: Values) => {
    const { workspace = '', code } = values;
    await routes.setUp({ workspace, ...accountOf(values), ...(code === undefined ? {} : { code }) });
    await signedIn();
  };
  return (
    <Frame title={texts.setup.title} lead={texts.setup.lead} testid="setup-page">
      <Form onSubmit={submit} testid="setup-form">
        {codeRequired && (
          <Field
            name="code"
            label={texts.account.code}
            hint={texts.account.codeHint}
            required
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
          />
        )}
        <Field
          name="workspace"
          label={texts.account.workspace}
          hint={texts.account.workspaceHint}
          required
          maxLength={80}
          autocomplete="organization"
        />
        <fieldset class="form-part">
          <legend>{texts.setup.yours}</legend>
          <p class="hint">{texts.setup.yoursHint}</p>
          <AccountFields first={false} />
        </fieldset>
        <FormProblem />
        <SubmitButton testid="setup-submit">{texts.setup.submit}</SubmitButton>
      </Form>
    </Frame>
  );
}
