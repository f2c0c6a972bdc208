/**
 * What the server and the client have agreed on. It is in memory only: a duplicated tab must not share it.
 */
export class Session {
  /** The comet session's id, null before it has joined. */
  id: string | null = null;
  /** That of the tab that last led, in whose name this one may say what happens in it; null when none did. */
  shared: string | null = null;
  /** Milliseconds between heartbeats. */
  heartbeat = 15_000;
  /** Milliseconds a request is held at most. */
  hold = 25_000;
  /** It was another tab's until now, whose connection may still be there. */
  inherited = false;
  #requests = 0;
  #answered = -1;

  joined(id: string): void {
    this.id = id;
    this.inherited = false;
    this.#answered = -1;
  }

  /** Goes on with the session of another tab, whose last request had this number. */
  inherit(id: string, n: number): void {
    this.joined(id);
    this.inherited = true;
    this.#requests = Math.max(this.#requests, n);
  }

  /** The number of the last data request. */
  get requests(): number {
    return this.#requests;
  }

  /** Names the next data request. Of two that overlap, the one with the higher number counts. */
  next(): { n: number; event: 'listen' | 'refresh' } {
    const event = this.#answered === this.#requests ? 'refresh' : 'listen';
    this.#requests += 1;
    return { n: this.#requests, event };
  }

  /**
   * All of the answer to a request has come. If it was the last one, the next is a refresh, which tells the
   * server so.
   */
  answered(n: number): void {
    this.#answered = n;
  }
}
