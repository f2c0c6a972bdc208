import * as routes from '../api/front';
import { signedIn } from '../model/session';
import { accountTexts, setupTexts } from '../texts/front';
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
    <Frame title={setupTexts.title} lead={setupTexts.lead} testid="setup-page">
      <Form onSubmit={submit} testid="setup-form">
        {codeRequired && (
          <Field
            name="code"
            label={accountTexts.code}
            hint={accountTexts.codeHint}
            required
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
          />
        )}
        <Field
          name="workspace"
          label={accountTexts.workspace}
          hint={accountTexts.workspaceHint}
          required
          maxLength={80}
          autocomplete="organization"
        />
        <fieldset class="form-part">
          <legend>{setupTexts.yours}</legend>
          <p class="hint">{setupTexts.yoursHint}</p>
          <AccountFields first={false} />
        </fieldset>
        <FormProblem />
        <SubmitButton testid="setup-submit">{setupTexts.submit}</SubmitButton>
      </Form>
    </Frame>
  );
}
