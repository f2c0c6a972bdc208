import { navigate } from '../model/router';
import { enter } from '../model/session';
import { checkTexts } from '../texts/connectioncheck';
import { Button } from '../view/button';
import { ConnectionCheckView } from './connection-check';
import { Frame } from './frame';

const t = checkTexts;

/** Tests the way to the server, for everybody: signing in may be what does not work. */
export function ConnectionPage() {
  const leave = () => {
    navigate('/');
    void enter();
  };
  return (
    <Frame title={t.title} lead={t.lead} testid="connection-page" wide>
      <ConnectionCheckView />
      <p class="front-foot">
        <Button look="bare" data-testid="leave-check" onClick={leave}>
          {t.back}
        </Button>
      </p>
    </Frame>
  );
}
