import { PopupContents } from './parts';
import { popup } from './popup';

/** The menu that is open at a place of its own, if any; in the part of the page that it was opened from. */
export function Popups({ inSidebar = false }: { inSidebar?: boolean }) {
  const open = popup.value;
  if (!open || (open.opener.closest('.sidebar') !== null) !== inSidebar) return null;
  return <PopupContents key={open.at} open={open} />;
}
