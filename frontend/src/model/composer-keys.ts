/** What Enter does while a message is written. */
import type { SendWith } from '../api/attention-records';

export interface Enter {
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

export interface Circumstances {
  /** The key that sends, as the writer wants it. */
  readonly sendWith: SendWith;
  /** The keyboard is on the screen: only the button sends. */
  readonly touch: boolean;
  /** What stands before the caret. */
  readonly before: string;
}

/** Whether Enter sends; else it makes a new line. */
export function enterSends(event: Enter, { sendWith, touch, before }: Circumstances): boolean {
  if (event.ctrlKey || event.metaKey) return true;
  if (event.shiftKey || event.altKey || touch || sendWith === 'ctrl-enter') return false;
  return !openFence(before);
}

/** Whether a text ends inside of a block of code that begins with ``` or ~~~. */
export function openFence(text: string): boolean {
  let fence = '';
  for (const line of text.split('\n')) {
    const [, mark = '', rest = ''] = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
    if (mark === '') continue;
    if (fence === '') {
      // Three backticks with another one in the line are code within a sentence.
      if (mark[0] === '~' || !rest.includes('`')) fence = mark;
    } else if (mark[0] === fence[0] && mark.length >= fence.length && rest.trim() === '') fence = '';
  }
  return fence !== '';
}
