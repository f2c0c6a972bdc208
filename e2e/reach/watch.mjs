// What a page does from its first moment on, noted in the page.

/**
 * Times are milliseconds since the page was opened.
 * @typedef {{states: {phase: string, transport: string, at: number}[], lines: {number: number, text: string, at: number}[]}} Notes
 */

/** Runs in each new document: notes the states of the connection, and each element that shows a line when it first shows it. */
export function watch() {
  if (window.top !== window) return;
  /** @type {Notes} */
  const notes = { states: [], lines: [] };
  Object.assign(window, { reach: notes });
  /** The number that an element showed last. @type {WeakMap<Element, number>} */
  const known = new WeakMap();
  const look = () => {
    const at = performance.now();
    const state = document.querySelector('[data-testid="connection-state"]');
    const phase = state?.getAttribute('data-phase') ?? '';
    const transport = state?.getAttribute('data-transport') ?? '';
    const before = notes.states.at(-1);
    if (state && (before?.phase !== phase || before?.transport !== transport))
      notes.states.push({ phase, transport, at });
    for (const line of document.querySelectorAll('[data-testid="message"][data-number]')) {
      const number = Number(line.getAttribute('data-number'));
      const text = line.querySelector('[data-testid="message-body"]')?.textContent ?? '';
      if (known.get(line) === number) continue;
      known.set(line, number);
      notes.lines.push({ number, text, at });
    }
  };
  const attributeFilter = ['data-phase', 'data-transport', 'data-number'];
  new MutationObserver(look).observe(document, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter,
  });
}

/** @param {import('puppeteer-core').Page} page @returns {Promise<Notes>} */
export const notes = (page) => page.evaluate('reach').then((found) => /** @type {Notes} */ (found));
