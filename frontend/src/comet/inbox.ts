import type { ServerEvent } from './events';
import type { Feeds, Told } from './feeds';
import type { Latest } from './latest';
import type { PresenceFeed } from './presence';
import type { Session } from './session';
import type { Status } from './status';
import type { CometDelegate } from './types';
import type { Union } from './union';
import type { Watch } from './watch';

export interface InboxParts {
  delegate: CometDelegate;
  feeds: Feeds;
  union: Union;
  presence: PresenceFeed;
  latest: Latest;
  watch: Watch;
  session: Session;
  status: Status;
  /** Tells the other tabs. */
  relay: (event: ServerEvent) => void;
  report: (error: unknown) => void;
  abort: (reason: string, text: string) => void;
}

/** Takes the events of all transports, save for what concerns only the connection they came by. */
export class Inbox {
  readonly #parts: InboxParts;

  constructor(parts: InboxParts) {
    this.#parts = parts;
  }

  /** Takes an event that came in answer to a request that told of these topics, and its number if it has one. */
  take(from: ServerEvent, told: Told, request = 0): void {
    const event = from.event === 'presence' ? this.#parts.presence.current(from, request) : from;
    // The other tabs first: whatever the program does here, they get it.
    this.#guard(() => this.#parts.relay(event));
    this.handle(event, told);
  }

  /** The same for an event that another tab relays. */
  handle(event: ServerEvent, told: Told): void {
    this.#parts.status.heard();
    this.#guard(() => this.#dispatch(event, told));
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#parts.report(error);
    }
  }

  #dispatch(event: ServerEvent, told: Told): void {
    const { delegate, feeds, union, presence, latest, watch, session, status, abort } = this.#parts;
    latest.take(event);
    switch (event.event) {
      case 'listen-ack':
        status.served(event.node);
        session.heartbeat = event.heartbeat;
        session.hold = event.hold;
        union.denied(event.denied, told);
        break;
      case 'data':
        if (feeds.has(event.topic)) feeds.take(event, { payload: event.payload }, told);
        else watch.moved(event);
        break;
      case 'skip':
        if (feeds.has(event.topic)) feeds.take(event, null, told);
        else watch.moved(event);
        break;
      case 'gap':
        if (feeds.has(event.topic)) feeds.gap(event, told);
        else watch.moved(event);
        break;
      case 'presence':
        presence.take(event);
        break;
      case 'hint':
        delegate.onHint(event.key, event.payload);
        break;
      case 'unsubscribe-ack':
        for (const topic of event.topics) feeds.drop(topic, event.why);
        break;
      case 'unread':
        watch.take(event.topics);
        break;
      case 'abort':
        abort(event.reason, event.text);
        break;
      case 'heartbeat':
      case 'refresh':
      case 'error':
        break;
    }
  }
}
