import { texts } from '../texts';
import { Button } from '../view/button';
import { dialog } from './ui';

export function BrowseButton() {
  return (
    <Button
      look="main"
      onClick={() => {
        dialog.value = { name: 'browse' };
      }}
    >
      {texts.sidebar.browse}
    </Button>
  );
}
