import type { Clock } from '../clock';

interface Timer {
  due: number;
  run: () => void;
}

/** Time that passes only when told to, and chance from a seed. */
export class FakeClock implements Clock {
  #now = Date.UTC(2026, 0, 5);
  #timers = new Set<Timer>();
  readonly random: () => number;

  constructor(seed = 1) {
    this.random = generator(seed);
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { due: this.#now + ms, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Lets time pass, one timer after the other, and everything that follows from each happen. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (let next = this.#earliest(); next && next.due <= end; next = this.#earliest()) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.due);
      next.run();
      await settle();
    }
    this.#now = end;
  }

  /** Sleeps: the time goes on, and all timers due meanwhile fire late, at the end. */
  async sleep(ms: number): Promise<void> {
    this.#now += ms;
    await this.pass(0);
  }

  #earliest(): Timer | undefined {
    let earliest: Timer | undefined;
    for (const timer of this.#timers) {
      if (!earliest || timer.due < earliest.due) earliest = timer;
    }
    return earliest;
  }
}

/** A clock on the time of another that knows how many of its own timers wait. */
export class CountingClock implements Clock {
  readonly #clock: FakeClock;
  readonly #run: (work: () => void) => void;
  waiting = 0;
  /** Milliseconds by which its timers are late, as those of a hidden tab are. */
  late = 0;
  /** Milliseconds by which it is ahead of the right time. */
  wrong = 0;

  /** `run` does what a timer is for. */
  constructor(clock: FakeClock, run: (work: () => void) => void = (work) => work()) {
    this.#clock = clock;
    this.#run = run;
  }

  now(): number {
    return this.#clock.now() + this.wrong;
  }

  random(): number {
    return this.#clock.random();
  }

  after(ms: number, run: () => void): () => void {
    this.waiting += 1;
    let open = true;
    const close = () => {
      if (open) this.waiting -= 1;
      open = false;
    };
    const cancel = this.#clock.after(ms + this.late, () =>
      this.#run(() => {
        if (!open) return;
        close();
        run();
      }),
    );
    return () => {
      close();
      cancel();
    };
  }
}

/** Lets all promises run that can. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Random numbers from 0 to 1, the same for the same seed (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
