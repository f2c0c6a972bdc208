/**
 * Parts of the page: files of their own, which are loaded later than the page is shown.
 *
 * A browser may keep for a module's address that it could not be loaded: Firefox always does, Chromium when a proxy answered
 * in the server's place. Whoever imports it again gets the same failure until the page is loaded anew (HTML, "fetch a single
 * module script", the module map). So all files of a part are fetched first, and imported, out of the browser's cache,
 * when they have come whole.
 */

/** The files of each part by its name, those too that it cannot do without. The build fills it in, and unit tests have none. */
declare const PART_FILES: Readonly<Record<string, readonly string[]>>;
/** What every script of the page ends with, by which a whole one is known: Firefox takes a zipped file that was cut for all of it. */
declare const SCRIPT_END: string;

/** Milliseconds within which a file has to be there. */
const LIMIT = 60_000;

/** Loads a part; the next call tries again what failed. Rejects when a file cannot be fetched, or not whole. */
export type LoadPart = <M>(name: string, load: () => Promise<M>) => Promise<M>;

/** `base` is the address beside which the files are. */
export function partLoader(files: typeof PART_FILES, base: string, end = SCRIPT_END): LoadPart {
  const coming = new Map<string, Promise<void>>();
  const broken = new Set<string>();

  async function comesWhole(file: string, cache: RequestCache): Promise<boolean> {
    const answer = await fetch(new URL(file, base), { cache, signal: AbortSignal.timeout(LIMIT) });
    const script = await answer.text();
    return answer.ok && script.trimEnd().endsWith(end);
  }

  /** What came broken may be in the browser's cache, which is then passed by. */
  async function fetchWhole(file: string): Promise<void> {
    try {
      if (!broken.has(file) && (await comesWhole(file, 'default'))) return;
      if (!(await comesWhole(file, 'reload'))) throw new Error(`${file} did not come whole`);
      broken.delete(file);
    } catch (error) {
      broken.add(file);
      throw error;
    }
  }

  /** What several parts share is fetched once. */
  function whole(file: string): Promise<void> {
    const fetched = coming.get(file) ?? fetchWhole(file);
    coming.set(file, fetched);
    return fetched;
  }

  return async (name, load) => {
    const needed = files[name];
    if (!needed) throw new Error(`the page has no part ${name}`);
    try {
      await Promise.all(needed.map(whole));
      return await load();
    } catch (error) {
      // All of them: what has come may not be in the cache any more by the next time.
      for (const file of needed) coming.delete(file);
      throw error;
    }
  };
}

export const loadPart = partLoader(PART_FILES, import.meta.url);
