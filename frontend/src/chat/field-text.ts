/** Changes what stands in a field as if it had been typed, so that it can be undone. */

/** Puts a text in the place of what stands between two places, and the caret behind it. */
export function replaceText(field: HTMLTextAreaElement, from: number, to: number, text: string): void {
  field.focus();
  field.setSelectionRange(from, to);
  if (text === '' && from === to) return;
  // The only way that browsers have the field remember what was there before.
  if (document.execCommand(text === '' ? 'delete' : 'insertText', false, text)) return;
  field.setRangeText(text, from, to, 'end');
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
}

/** Puts a text where the caret is, in the place of what is selected. */
export function insertText(field: HTMLTextAreaElement, text: string): void {
  replaceText(field, field.selectionStart, field.selectionEnd, text);
}
