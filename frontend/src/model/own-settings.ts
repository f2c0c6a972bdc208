/** What I want to be told of a room, and where I have it in my sidebar. */
import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import type { Level } from '../api/attention-records';
import type { RoomEntry } from '../api/records';
import { holds } from './now';

export type OwnSettingsRecord = Pick<
  RoomEntry,
  'level' | 'silenced' | 'silenced_until' | 'favourite' | 'section'
>;

export class OwnSettings {
  readonly level = signal<Level>('everything');
  /** I want to hear nothing of it for now. */
  readonly silenced: ReadonlySignal<boolean>;
  /** When that ends by itself, in milliseconds since 1970; null when it does not. */
  readonly silencedUntil = signal<number | null>(null);
  readonly favourite = signal(false);
  /** Of my sidebar; 0 for none. */
  readonly section = signal(0);
  readonly #silenced = signal(false);

  constructor() {
    this.silenced = computed(() => this.#silenced.value && holds(this.silencedUntil.value));
  }

  take({ level, silenced, silenced_until, favourite, section }: OwnSettingsRecord): void {
    batch(() => {
      this.level.value = level;
      this.#silenced.value = silenced;
      this.silencedUntil.value = silenced_until;
      this.favourite.value = favourite;
      this.section.value = section;
    });
  }
}
