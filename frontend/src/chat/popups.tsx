import { PopupContents } from './parts';
import { popup } from './popup';

/** The menu that is open at a place of its own, if any. */
export function Popups() {
  const open = popup.value;
  return open && <PopupContents key={open.at} open={open} />;
}
