/** Whether a click on a link asks for a tab or a window of its own, which is the browser's to open. */
export function opensElsewhere({ ctrlKey, metaKey, shiftKey, button }: MouseEvent): boolean {
  return ctrlKey || metaKey || shiftKey || button !== 0;
}
