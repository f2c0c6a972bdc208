import { navigate } from '../model/router';
import { texts } from '../texts';
import { Button } from '../view/button';

/** The way to the connection check, for whoever gets no further. */
export function ToConnectionCheck() {
  return (
    <p class="front-foot">
      <Button look="bare" data-testid="to-connection-check" onClick={() => navigate('/connection')}>
        {texts.connection.check}
      </Button>
    </p>
  );
}
