import type { Clock } from './clock';
import type { Page } from './environment';
import type { Activity } from './types';
import { peopleLimit, sameScreen } from './view';
import type { TabView } from './view';

// What is shown is told when it has stayed the same for so long, for a list that is scrolled shows many on the way;
// but at the latest after so long.
const calm = 250;
const longest = 1_000;

/** What this tab shows, and whether anybody uses it. */
export class Screen {
  readonly #clock: Clock;
  readonly #page: Page;
  readonly #changed: () => void;
  #people: string[] = [];
  #room: string | null = null;
  #idle = false;
  #seen: number;
  #life: AbortSignal | null = null;
  // When what is shown became other than was told, null when it is the same.
  #since: number | null = null;
  #cancel: () => void = () => {};

  /** `changed` is called when there is something to tell. */
  constructor(clock: Clock, page: Page, changed: () => void) {
    this.#clock = clock;
    this.#page = page;
    this.#changed = changed;
    this.#seen = page.isVisible() ? Math.floor(clock.now()) : 0;
  }

  get view(): TabView {
    const visible = this.#page.isVisible();
    return { people: this.#people, room: this.#room, idle: this.#idle, visible, seen: this.#seen };
  }

  /** Tells of changes until the signal ends. */
  start(life: AbortSignal): void {
    this.#life = life;
    this.#page.on('focus', () => this.#turned(), life);
    this.#page.on('visibilitychange', () => this.#turned(), life);
    life.addEventListener('abort', () => this.#rest(), { once: true });
  }

  show(people: readonly string[], room: string | null): void {
    const before = this.view;
    this.#people = people.slice(0, peopleLimit);
    this.#room = room;
    if (!sameScreen(before, this.view)) this.#soon();
  }

  use(activity: Activity): void {
    const idle = activity === 'idle';
    if (idle === this.#idle) return;
    this.#idle = idle;
    this.#tell();
  }

  // The person turns to this tab, or away from it.
  #turned(): void {
    if (this.#page.isVisible()) this.#seen = Math.floor(this.#clock.now());
    this.#soon();
  }

  #soon(): void {
    if (this.#life?.aborted !== false) return;
    const now = this.#clock.now();
    this.#since ??= now;
    this.#cancel();
    const left = Math.max(this.#since + longest - now, 0);
    this.#cancel = this.#clock.after(Math.min(calm, left), () => this.#tell());
  }

  #tell(): void {
    this.#rest();
    if (this.#life?.aborted === false) this.#changed();
  }

  #rest(): void {
    this.#since = null;
    this.#cancel();
  }
}
