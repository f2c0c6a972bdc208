/** The sign in the browser's tab, with a dot while something is unread. */
import plain from '../icons/icon.svg';
import unread from '../icons/icon-unread.svg';

export function showFavicon(dotted: boolean): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]') ?? addLink();
  const href = new URL(dotted ? unread : plain, import.meta.url).href;
  if (link.href !== href) link.href = href;
}

function addLink(): HTMLLinkElement {
  const link = document.createElement('link');
  link.rel = 'icon';
  link.type = 'image/svg+xml';
  document.head.append(link);
  return link;
}
