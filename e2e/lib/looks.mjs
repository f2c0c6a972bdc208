// Looks at a page in every size and theme: axe finds no fault, and pictures are kept for people to look at.
import assert from 'node:assert/strict';
import axe from 'axe-core';
import { picture } from './browser.mjs';

/** @typedef {import('puppeteer-core').Page} Page */

const sizes = [
  { name: 'large', width: 1440, height: 900 },
  { name: 'medium', width: 1024, height: 768 },
  { name: 'phone', width: 390, height: 844 },
  { name: 'small', width: 320, height: 640 },
];

/**
 * Looks at a page in every size and theme.
 * @param {Page} page @param {string} name
 */
export async function inspect(page, name) {
  await page.bringToFront();
  for (const size of sizes) {
    await page.setViewport({ width: size.width, height: size.height });
    for (const theme of ['light', 'dark']) {
      await page.emulateMediaFeatures([
        { name: 'prefers-color-scheme', value: theme },
        { name: 'prefers-reduced-motion', value: 'reduce' },
      ]);
      await drawn(page);
      await picture(page, `${name}-${size.name}-${theme}`);
      assert.deepEqual(await faults(page), [], `${name}, ${size.name}, ${theme}`);
    }
  }
  await page.setViewport({ width: 1440, height: 900 });
  await drawn(page);
}

/** Waits until the page has followed a new size: it learns of it when it draws, and moves what is open then. @param {Page} page */
export const drawn = (page) =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

/** What axe finds, as short sentences. @param {Page} page @returns {Promise<string[]>} */
async function faults(page) {
  // The page's policy forbids scripts of others; this one comes by the debugger. Once for a document: anew, it takes longer
  // to read and to warm up than to look.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  return page.evaluate(async () => {
    /** @type {any} */
    const global = window;
    const found = await global.axe.run(document, { resultTypes: ['violations'] });
    return found.violations.map(
      (/** @type {any} */ v) =>
        `${v.id}: ${v.nodes.map((/** @type {any} */ n) => n.target.join(' ')).join(', ')}`,
    );
  });
}
