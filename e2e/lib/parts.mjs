// The parts of the page: files that it loads when they are first needed, or when it has nothing else to do.
import { readdirSync, readFileSync } from 'node:fs';

/** @typedef {import('puppeteer-core').Page} Page */

/** The parts that the chat loads in its first seconds, while it has nothing else to do. */
export const chatParts = [
  'assist',
  'commands',
  'connection',
  'decision-list',
  'forward',
  'front',
  'members-panel',
  'message-tools',
  'moderation-items',
  'open-dialog',
  'outbox-sender',
  'outside-room',
  'picker',
  'pins-panel',
  'popup-contents',
  'saved-page',
  'seen-line',
  'settings-dialog',
  'shortcuts',
  'start',
  'switcher',
  'thread-panel',
  'threads-page',
  'unread-page',
];

const dist = new URL('../../frontend/dist/', import.meta.url);

/**
 * Waits until the page has loaded these parts of itself, and the files that they share.
 * @param {Page} page @param {string[]} parts @param {number} [timeout] Milliseconds.
 */
export const hasParts = (page, parts, timeout = 30_000) =>
  page.waitForFunction(
    (files) => {
      // The page fetches a file before it imports it.
      const imported = performance
        .getEntriesByType('resource')
        .filter((one) => one.toJSON().initiatorType !== 'fetch');
      const loaded = new Set(imported.map(({ name }) => name));
      return files.every((file) => loaded.has(`${location.origin}/assets/${file}`));
    },
    { timeout, polling: 50 },
    parts.flatMap(files),
  );

/** A part's own file, and those that it cannot do without. @param {string} part @returns {string[]} */
function files(part) {
  const own = readdirSync(dist).filter((file) => new RegExp(`^part-${part}-[^-]+\\.js$`).test(file));
  if (own.length !== 1) throw new Error(`the built page has ${own.length} files of the part ${part}`);
  const all = new Set(own);
  for (const file of all) for (const needed of imports(file)) all.add(needed);
  return [...all];
}

/** @param {string} file */
function imports(file) {
  const script = readFileSync(new URL(file, dist), 'utf8');
  return [...script.matchAll(/\b(?:from|import)"\.\/([^"]+\.js)"/g)].map(([, name]) => String(name));
}
