// The pictures of docs/administration.md: how they are taken, and whether the document shows them all.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** @typedef {import('puppeteer-core').Page} Page */

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const folder = 'images/administration';
const kept = path.join(root, 'docs', folder);
const size = { width: 1440, height: 900 };

/** Takes the pictures, and remembers which. */
export class Album {
  /** @type {string[]} */ #taken = [];

  /** @param {string} [place] the folder that they go to */
  constructor(place = path.join(root, 'build/pictures')) {
    this.place = place;
    fs.mkdirSync(place, { recursive: true });
  }

  /**
   * Takes a picture of a page as it is, when nothing moves any more. Of what was said to have been done before, only the
   * last stays, and that only when it is wanted.
   * @param {Page} page @param {string} name @param {{toast?: boolean}} [wanted]
   */
  async take(page, name, { toast = false } = {}) {
    await page.bringToFront();
    await page.$$eval('[data-testid="toasts"] > *', dismiss, toast);
    await still(page);
    const file = path.join(this.place, `${name}.png`);
    await page.screenshot({ path: /** @type {`${string}.png`} */ (file) });
    assert.deepEqual(sizeOf(file), size, `the size of ${name}`);
    this.#taken.push(name);
  }

  /** Checks that a document shows all that were taken and no other, in words too, and that they are kept beside it. @param {string} document */
  check(document) {
    const text = fs.readFileSync(path.join(root, 'docs', document), 'utf8');
    const shown = [...text.matchAll(/!\[([^\]]*)\]\(([^)]*)\)/g)].map(([, words = '', file = '']) => ({
      words,
      file,
    }));
    const wanted = this.#taken.map((name) => `${folder}/${name}.png`).sort();
    assert.deepEqual(shown.map(({ file }) => file).sort(), wanted, `the pictures that ${document} shows`);
    assert.deepEqual(
      fs.readdirSync(kept).sort(),
      wanted.map((file) => path.basename(file)),
      'the pictures that are kept; `make pictures` makes those that are missing',
    );
    for (const { words, file } of shown) {
      assert.ok(words.length >= 40, `${file} is told in words to those who do not see it`);
      assert.deepEqual(sizeOf(path.join(root, 'docs', file)), size, `the size of ${file}`);
    }
  }
}

/** Where the pictures of the document are kept. */
export const documented = kept;

/** @param {string} file a PNG */
function sizeOf(file) {
  const head = fs.readFileSync(file);
  assert.equal(head.toString('latin1', 1, 4), 'PNG', file);
  return { width: head.readUInt32BE(16), height: head.readUInt32BE(20) };
}

/** Waits until a page has settled, with the pointer where it touches nothing and no caret that blinks. @param {Page} page */
async function still(page) {
  await page.emulateMediaFeatures([
    { name: 'prefers-color-scheme', value: 'light' },
    { name: 'prefers-reduced-motion', value: 'reduce' },
  ]);
  await page.setViewport({ ...size, deviceScaleFactor: 1 });
  await page.mouse.move(size.width - 1, size.height - 1);
  await page.evaluate(async () => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('* { caret-color: transparent !important; }');
    document.adoptedStyleSheets = [sheet];
    await document.fonts.ready;
    await Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => {})));
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  });
}

/** Closes toasts, but for the last one where it is to stay. @param {Element[]} toasts @param {boolean} but */
function dismiss(toasts, but) {
  for (const toast of but ? toasts.slice(0, -1) : toasts) {
    toast.querySelector('button:last-child')?.dispatchEvent(new MouseEvent('click', { bubbles: true }));
  }
}
