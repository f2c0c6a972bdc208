/** The keys that mark words, and addresses that are pasted over them. */
import { linkOver, type TextChange, toggleCode, toggleMark } from '../../model/marks';
import { isPressed } from '../../model/shortcuts';
import { replaceText } from '../field-text';

type Change = (whole: string, from: number, to: number) => TextChange;

const marks: readonly (readonly [keys: string, change: Change])[] = [
  ['Mod+b', (...at) => toggleMark(...at, '**')],
  ['Mod+i', (...at) => toggleMark(...at, '*')],
  ['Mod+Shift+x', (...at) => toggleMark(...at, '~~')],
  ['Mod+e', toggleCode],
];

/** Marks what is selected when one of the keys was pressed. Whether it was. */
export function markKey(event: KeyboardEvent, field: HTMLTextAreaElement): boolean {
  const change = marks.find(([keys]) => isPressed(keys, event))?.[1];
  if (!change) return false;
  const { from, to, text, selectFrom, selectTo } = change(
    field.value,
    field.selectionStart,
    field.selectionEnd,
  );
  replaceText(field, from, to, text);
  field.setSelectionRange(selectFrom, selectTo);
  return true;
}

/** Makes words a link when an address is pasted over them. */
export function pasteOver(event: ClipboardEvent, field: HTMLTextAreaElement): void {
  const { selectionStart: from, selectionEnd: to } = field;
  const link = linkOver(field.value.slice(from, to), event.clipboardData?.getData('text/plain') ?? '');
  if (link === null) return;
  event.preventDefault();
  replaceText(field, from, to, link);
}
