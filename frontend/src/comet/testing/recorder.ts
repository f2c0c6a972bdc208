import type { CometDelegate, CometState, Cursor, Presence, PresenceNotice } from '../types';
import type { FakeLog } from './fakelog';

/** Shows what a program would show, and notices when an event comes twice or out of order. */
export class Recorder implements CometDelegate {
  readonly #log: FakeLog;
  readonly #at = new Map<string, number>();
  /** The content of each topic as this client sees it. */
  readonly shown = new Map<string, unknown[]>();
  readonly faults: string[] = [];
  readonly gaps: string[] = [];
  readonly unsubscribed: string[] = [];
  readonly aborts: string[] = [];
  readonly hints: string[] = [];
  readonly phases: string[] = [];
  readonly notices: PresenceNotice[] = [];
  states: Record<string, string> = {};
  here: Record<string, number> = {};
  /** Where topics are of which only that is told. */
  unread: Record<string, Cursor> = {};
  /** What loading a topic afresh does before it takes its snapshot. */
  load: () => Promise<void> = () => Promise.resolve();
  /** Called in the middle of showing an event. */
  during: (topic: string, seq: number) => void = () => {};

  constructor(log: FakeLog) {
    this.#log = log;
  }

  /** Takes a topic's content as it is now, as a page does when it is opened. */
  open(topic: string): Cursor {
    const { content, cursor } = this.#log.snapshot(topic);
    this.shown.set(topic, [...content]);
    this.#at.set(topic, cursor[1]);
    return cursor;
  }

  /** Takes it as if nothing had ever been loaded. */
  openEmpty(topic: string): Cursor {
    this.shown.set(topic, []);
    this.#at.set(topic, 0);
    return [this.#log.topic(topic).epoch, 0];
  }

  onData(topic: string, seq: number, payload: unknown): void {
    const at = this.#at.get(topic) ?? 0;
    // Numbers that stand for nothing are passed over in silence, but never backwards.
    if (seq <= at) this.faults.push(`${topic} ${seq} after ${at}`);
    this.#at.set(topic, seq);
    this.shown.get(topic)?.push(payload);
    this.during(topic, seq);
  }

  async onGap(topic: string): Promise<Cursor> {
    this.gaps.push(topic);
    await this.load();
    return this.open(topic);
  }

  onPresence({ snapshot, states, notices, here }: Presence): void {
    this.states = snapshot ? states : { ...this.states, ...states };
    this.here = { ...this.here, ...here };
    this.notices.push(...notices);
  }

  onHint(key: string, payload: unknown): void {
    this.hints.push(`${key} ${JSON.stringify(payload)}`);
  }

  onUnread(topics: Record<string, Cursor>): void {
    this.unread = { ...this.unread, ...topics };
  }

  onUnsubscribed(topic: string, why: string): void {
    this.unsubscribed.push(`${topic} ${why}`);
  }

  onAbort(reason: string, text: string): void {
    this.aborts.push(`${reason}: ${text}`);
  }

  onState(state: CometState): void {
    const phase = state.transport ? `${state.phase} ${state.transport}` : state.phase;
    if (this.phases.at(-1) !== phase) this.phases.push(phase);
  }
}
