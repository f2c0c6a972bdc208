/** Which room somebody looks at in this browser, in whichever of its tabs. */
import { effect } from '@preact/signals';
import { whole } from '../api/parse';
import { base } from '../base';

/** Tabs tell each other the room that they show to somebody; null for none. */
interface Look {
  readonly tab: string;
  readonly room: number | null;
}

export class Looking {
  readonly #channel = new BroadcastChannel(`chatd${base}.looking`);
  readonly #tab = crypto.getRandomValues(new Uint32Array(2)).join('-');
  readonly #stop: () => void;
  /** People look at one tab at a time: who looks now tells the others. */
  #look: Look = { tab: '', room: null };

  /** `room` is what this tab shows to somebody. */
  constructor(room: () => number | null) {
    this.#channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      const look = parse(data);
      if (look && (look.room !== null || look.tab === this.#look.tab)) this.#look = look;
    });
    this.#stop = effect(() => this.#tell(room()));
  }

  at(room: number): boolean {
    return this.#look.room === room;
  }

  stop(): void {
    this.#stop();
    this.#tell(null);
    this.#channel.close();
  }

  #tell(room: number | null): void {
    const look = { tab: this.#tab, room };
    // Of another tab that is looked at, this one does not know better.
    if (room !== null || this.#look.tab === this.#tab) this.#look = look;
    this.#channel.postMessage(look);
  }
}

function parse(data: unknown): Look | null {
  if (typeof data !== 'object' || data === null || !('tab' in data) || !('room' in data)) return null;
  const { tab, room } = data;
  if (typeof tab !== 'string') return null;
  return { tab, room: room === null ? null : whole(room, 'room') };
}
