// What chatd counts, as its metrics tell it.
import { setTimeout as pause } from 'node:timers/promises';

/** @typedef {{streams: number, polls: number, held: number, sessions: number, used: number, most: number}} Counted */

/** Reads the metrics of one chatd. */
export class Figures {
  /** @param {string} address */
  constructor(address) {
    this.address = address;
  }

  /**
   * Open streams, polls that wait, both together, comet sessions; connections of the main pool to the database in use, and
   * how many there can be.
   * @returns {Promise<Counted>}
   */
  async now() {
    const text = await (await fetch(this.address)).text();
    const of = (/** @type {string} */ name) =>
      Number(
        text
          .split('\n')
          .find((line) => line.startsWith(`${name} `))
          ?.slice(name.length) ?? Number.NaN,
      );
    const streams = of('chatd_comet_connections{mode="stream"}');
    const polls = of('chatd_comet_connections{mode="poll"}');
    return {
      streams,
      polls,
      held: streams + polls,
      sessions: of('chatd_comet_sessions'),
      used: of('chatd_database_connections{pool="data",state="used"}'),
      most: of('chatd_database_max_connections{pool="data"}'),
    };
  }

  /** Waits until they are so for a while. @param {(figures: Counted) => boolean} wanted @param {{within: number, lasting?: number}} times in ms */
  async until(wanted, { within, lasting = 0 }) {
    const end = performance.now() + within;
    let since = Number.POSITIVE_INFINITY;
    for (;;) {
      const figures = await this.now();
      const time = performance.now();
      since = wanted(figures) ? Math.min(since, time) : Number.POSITIVE_INFINITY;
      if (time - since >= lasting) return time;
      if (time > end) throw new Error(`within ${within} ms they became ${JSON.stringify(figures)}`);
      await pause(25);
    }
  }

  /** Looks every few milliseconds until it is told to stop. */
  watch() {
    let watching = true;
    let most = 0;
    let samples = 0;
    const run = async () => {
      while (watching) {
        most = Math.max(most, (await this.now()).held);
        samples += 1;
        await pause(10);
      }
    };
    const done = run();
    return {
      /** The most connections that were held at a time. */
      async stop() {
        watching = false;
        await done;
        return { most, samples };
      },
    };
  }
}
