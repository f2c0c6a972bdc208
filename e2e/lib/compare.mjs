// What was lost, repeated or reordered on its way.

/** @typedef {{number: number, text: string}} Line */
/** @typedef {{lost: string[], repeated: string[], reordered: string[]}} Faults */

/** A line as it is compared: with its number in the room. @param {Line} line */
export const numbered = ({ number, text }) => `${number} ${text}`;

/**
 * Compares what was there with what should have been, each in its order. No two of the wanted are the same.
 * @param {{where: string, wanted: string[], found: string[]}[]} places
 * @returns {Faults}
 */
export function compare(places) {
  /** @type {Faults} */
  const faults = { lost: [], repeated: [], reordered: [] };
  for (const { where, wanted, found } of places) {
    const order = new Map(wanted.map((text, place) => [text, place]));
    const seen = new Set();
    let last = -1;
    for (const text of found) {
      const place = order.get(text);
      if (place === undefined || seen.has(text)) faults.repeated.push(`${where}: ${text}`);
      else if (place < last) faults.reordered.push(`${where}: ${text}`);
      else last = place;
      seen.add(text);
    }
    for (const text of wanted) if (!seen.has(text)) faults.lost.push(`${where}: ${text}`);
  }
  return faults;
}
