import * as routes from '../api/front';
import { navigate } from '../model/router';
import { signedIn } from '../model/session';
import { signUpTexts } from '../texts/front';
import { Button } from '../view/button';
import { Form, FormProblem, SubmitButton, type Values } from '../view/form';
import { AccountFields, accountOf } from './account-fields';
import { Frame } from './frame';

const t = signUpTexts;

/** A new account without an invite, where the workspace allows that. */
export function SignUpPage({ workspace, open }: { workspace: string; open: boolean }) {
  const submit = async (values: Values) => {
    await routes.signUp(null, accountOf(values));
    await signedIn();
  };
  return (
    <Frame
      title={open ? t.title(workspace) : t.closedTitle}
      lead={open ? undefined : t.closed}
      testid={open ? 'sign-up-page' : 'sign-up-closed'}
    >
      {open && (
        <Form onSubmit={submit} testid="sign-up-form">
          <AccountFields first />
          <FormProblem />
          <SubmitButton testid="sign-up-submit">{t.submit}</SubmitButton>
        </Form>
      )}
      <p class="front-foot">
        <Button look="bare" data-testid="have-account" onClick={() => navigate('/sign-in')}>
          {t.haveAccount}
        </Button>
      </p>
    </Frame>
  );
}
