// What stands in the composer, and what it offers.

/** @typedef {import('puppeteer-core').Page} Page */

export const field = '[data-testid="composer"]';

/** What stands in the composer. @param {Page} page */
export const written = (page) => page.$eval(field, (e) => (e instanceof HTMLTextAreaElement ? e.value : ''));

/** Waits until the composer holds a text. @param {Page} page @param {string} text @param {number} [timeout] */
export const holds = (page, text, timeout = 10_000) =>
  page.waitForFunction(
    (selector, wanted) => {
      const one = document.querySelector(selector);
      return one instanceof HTMLTextAreaElement && one.value === wanted;
    },
    { timeout, polling: 50 },
    field,
    text,
  );

/** Empties the composer and types. @param {Page} page @param {string} text */
export async function type(page, text) {
  await page.bringToFront();
  await page.focus(field);
  await page.keyboard.down('Control');
  await page.keyboard.press('a');
  await page.keyboard.up('Control');
  await page.keyboard.press('Backspace');
  await page.keyboard.type(text);
}

/** Waits until a suggestion is the one that Enter picks. @param {Page} page @param {string} label */
export const suggests = (page, label) =>
  page.waitForFunction(
    (wanted) => {
      const input = document.activeElement;
      const id = input?.getAttribute('aria-activedescendant');
      const one = id ? document.getElementById(id) : null;
      return (
        one?.getAttribute('aria-selected') === 'true' &&
        one.querySelector('.completion-label')?.textContent === wanted
      );
    },
    { timeout: 10_000, polling: 50 },
    label,
  );
