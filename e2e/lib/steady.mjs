// Whether what somebody reads stays where it is, as they see it: in each picture that is drawn.
import assert from 'node:assert/strict';

/** @typedef {import('puppeteer-core').Page} Page */

/**
 * Looks at where the uppermost message stands that is wholly in view, each time something was drawn. What it returns ends
 * that and tells by how many pixels it moved at most.
 * @param {Page} page @param {number} [scrollTop] where the view goes just before
 * @returns {Promise<() => Promise<number>>}
 */
export async function steady(page, scrollTop) {
  await page.evaluate((to) => {
    const scroller = document.querySelector('[data-testid="timeline"]');
    if (!scroller) throw new Error('no room is open');
    if (to !== undefined) scroller.scrollTop = to;
    const edge = () => scroller.getBoundingClientRect().top;
    const line = [...document.querySelectorAll('[data-testid="timeline"] [data-testid="message"]')].find(
      (one) => one.getBoundingClientRect().top >= edge(),
    );
    const place = () => (line?.getBoundingClientRect().top ?? Number.NaN) - edge();
    const at = place();
    const seen = { moved: 0, gone: false, over: false };
    Object.assign(window, { steady: seen });
    // What the page puts right before it is drawn, nobody sees: a message comes after that.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      if (!line?.isConnected) seen.gone = true;
      else seen.moved = Math.max(seen.moved, Math.abs(place() - at));
      if (!seen.over) requestAnimationFrame(next);
    };
    const next = () => port2.postMessage(null);
    next();
  }, scrollTop);
  return async () => {
    await drawn(page);
    const seen = /** @type {{moved: number, gone: boolean}} */ (
      await page.evaluate('steady.over = true, steady')
    );
    assert.equal(seen.gone, false, 'the line that is read stays on the screen');
    return seen.moved;
  };
}

/** Waits until what has happened is drawn. @param {Page} page */
export const drawn = (page) =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
