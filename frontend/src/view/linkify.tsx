import type { ComponentChild } from 'preact';
import { texts } from '../texts';

const candidate = /\b(?:https?:\/\/|www\.)[^\s<>"]+/giu;
const trailing = /[.,;:!?'’”»…]+$/u;
const brackets = new Map([
  [')', '('],
  [']', '['],
  ['}', '{'],
]);

/** The text with its web addresses as links; everything stays text, nothing is read as HTML. */
export function linkify(text: string): ComponentChild[] {
  const parts: ComponentChild[] = [];
  let done = 0;
  for (const found of text.matchAll(candidate)) {
    const shown = trimEnd(found[0]);
    const href = address(shown);
    if (!href) continue;
    parts.push(text.slice(done, found.index));
    parts.push(
      <a
        key={found.index}
        href={href}
        target="_blank"
        rel="noopener noreferrer nofollow"
        dir="ltr"
        // A title, not a hidden text: that one would be copied with the message.
        title={texts.timeline.opensNewTab}
      >
        {shown}
      </a>,
    );
    done = found.index + shown.length;
  }
  parts.push(text.slice(done));
  return parts;
}

/** Takes off punctuation that belongs to the sentence, and brackets that were opened before the address. */
export function trimEnd(found: string): string {
  let text = found;
  for (;;) {
    const last = text.at(-1) ?? '';
    const opening = brackets.get(last);
    if (opening && count(text, last) > count(text, opening)) text = text.slice(0, -1);
    else if (trailing.test(text)) text = text.replace(trailing, '');
    else return text;
  }
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}

/** The address to go to, null when it is none that we would follow. */
function address(shown: string): string | null {
  const full = /^www\./i.test(shown) ? `https://${shown}` : shown;
  try {
    const url = new URL(full);
    return /^https?:$/.test(url.protocol) && url.hostname !== '' ? url.href : null;
  } catch {
    return null;
  }
}
