import type { ServerEvent } from './events';
import type { Feeds, Told } from './feeds';
import type { PresenceFeed } from './presence';
import type { Session } from './session';
import type { Status } from './status';
import type { CometDelegate } from './types';

/** Takes the events of all transports, save for what concerns only the connection they came by. */
export class Inbox {
  readonly #delegate: CometDelegate;
  readonly #feeds: Feeds;
  readonly #presence: PresenceFeed;
  readonly #session: Session;
  readonly #status: Status;
  readonly #report: (error: unknown) => void;
  readonly #abort: (reason: string, text: string) => void;

  constructor(parts: {
    delegate: CometDelegate;
    feeds: Feeds;
    presence: PresenceFeed;
    session: Session;
    status: Status;
    report: (error: unknown) => void;
    abort: (reason: string, text: string) => void;
  }) {
    this.#delegate = parts.delegate;
    this.#feeds = parts.feeds;
    this.#presence = parts.presence;
    this.#session = parts.session;
    this.#status = parts.status;
    this.#report = parts.report;
    this.#abort = parts.abort;
  }

  /** Takes an event that came in answer to a request that told of these topics. */
  take(event: ServerEvent, told: Told): void {
    this.#status.heard();
    try {
      this.#dispatch(event, told);
    } catch (error) {
      this.#report(error);
    }
  }

  #dispatch(event: ServerEvent, told: Told): void {
    switch (event.event) {
      case 'listen-ack':
        this.#session.heartbeat = event.heartbeat;
        this.#session.hold = event.hold;
        for (const topic of event.denied) this.#feeds.drop(topic, 'denied', told);
        break;
      case 'data':
        this.#feeds.take(event, { payload: event.payload }, told);
        break;
      case 'skip':
        this.#feeds.take(event, null, told);
        break;
      case 'gap':
        this.#feeds.gap(event, told);
        break;
      case 'presence':
        this.#presence.take(event);
        break;
      case 'hint':
        this.#delegate.onHint(event.key, event.payload);
        break;
      case 'unsubscribe-ack':
        for (const topic of event.topics) this.#feeds.drop(topic, event.why);
        break;
      case 'abort':
        this.#abort(event.reason, event.text);
        break;
      case 'heartbeat':
      case 'refresh':
      case 'error':
        break;
    }
  }
}
