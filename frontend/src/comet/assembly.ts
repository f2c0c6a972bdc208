import { Backoff } from './backoff';
import { TransportChoice } from './choice';
import { Control } from './control';
import type { Environment } from './environment';
import type { ServerEvent } from './events';
import { Feeds } from './feeds';
import { Inbox } from './inbox';
import { Latest } from './latest';
import { Lead } from './lead';
import type { Loss } from './leadkeeper';
import { Line } from './line';
import { Loop } from './loop';
import type { Mode } from './mode';
import { Opening } from './opening';
import { Peers } from './peers';
import { Poll } from './poll';
import { PollMode } from './pollmode';
import { PresenceFeed } from './presence';
import { PullMode } from './pullmode';
import { Relay } from './relay';
import { RelayMode } from './relaymode';
import { ReaderRequests, SessionRequests } from './requests';
import { Screen } from './screen';
import { Session } from './session';
import { Sharing } from './sharing';
import { Status } from './status';
import { StreamMode } from './streammode';
import type { CometOptions, CometState, TransportOption } from './types';
import { Typing } from './typing';
import { Union } from './union';
import { Vigil } from './vigil';
import { Watch } from './watch';

/** What the parts of a client tell it. */
export interface AssemblyListener {
  /** The way of listening in use, null when not listening. */
  mode(): Mode | null;
  stateChanged(state: CometState): void;
  /** The server said that it is over. */
  abort(reason: string, text: string): void;
  /** This tab leads, or does no longer. */
  won(): void;
  lost(loss: Loss): void;
  /** Another tab wants to know whether the connection lives. */
  look(insist: boolean): void;
  /** The tab that led does so no longer; another will. */
  handOver(): void;
  /** A person chose a transport in another tab. */
  chosen(option: TransportOption): void;
}

export type Assembly = ReturnType<typeof assemble>;

/** Makes the parts of a client and joins them. */
export function assemble(options: CometOptions, environment: Environment, listener: AssemblyListener) {
  const { clock, memory, page, report } = environment;
  const shared = shareable(options, environment, listener);
  const { session, status, feeds, lead, line, relay, inbox } = shared;
  const control = new Control(environment, options.control, session, status);
  const choice = new TransportChoice(clock, memory, options.transport, baseOf(options.control));
  const backoff = new Backoff(clock);
  const poll = new Poll(environment, options.data, shared.requests, inbox, status);
  const opening = new Opening(environment, options.data, shared.requests, inbox, poll);
  const vigil = new Vigil(clock, session, control);
  const reader = new Poll(environment, options.data, new ReaderRequests(feeds), inbox, status);
  const parts = { clock, page, report, ...shared, control, choice, backoff, opening, vigil };
  const follower = new RelayMode({ ...parts, poll: reader, handOver: () => listener.handOver() });
  const sharing: Sharing = new Sharing({
    ...parts,
    follower,
    chosen: (option) => listener.chosen(option),
    replaced: () => loop.lost(false),
  });
  const loop: Loop = new Loop({
    ...parts,
    sharing,
    stream: new StreamMode(parts),
    pull: new PullMode({ ...parts, poll }),
    poll: new PollMode({ ...parts, poll, wanted: () => !lead.held || choice.way === 'poll' }),
    relay: line.works ? follower : null,
    abort: (reason, text) => {
      // Nothing of it has come as an event.
      relay.relay({ event: 'abort', reason, text });
      listener.abort(reason, text);
    },
  });
  const { watch, screen } = shared;
  const typing = new Typing(clock, control);
  return { session, status, feeds, watch, screen, typing, control, choice, lead, relay, sharing, loop };
}

/** What is followed, by this tab and the others, and what is known. */
function shareable(options: CometOptions, environment: Environment, listener: AssemblyListener) {
  const { clock, page, tabs, report } = environment;
  const { delegate } = options;
  const session = new Session();
  const status = new Status(clock, (state) => listener.stateChanged(state));
  const changed = () => listener.mode()?.changed();
  const feeds: Feeds = new Feeds(environment, delegate, {
    room: (topic) => union.room(topic),
    behind: () => listener.mode()?.behind(),
    changed,
  });
  const watch = new Watch((topic) => feeds.has(topic), {
    unread: (topics) => delegate.onUnread?.(topics),
    changed,
  });
  const screen = new Screen(clock, page, () => listener.mode()?.viewed());
  const peers = new Peers();
  const union: Union = new Union(feeds, watch, screen, peers, (topics) => relay.ended(topics));
  const presence = new PresenceFeed((news) => delegate.onPresence(news));
  const latest = new Latest();
  const tab = environment.token();
  const name = sharedName(options.scope ?? '', baseOf(options.control));
  const line = new Line(tabs?.channel ?? null, name, tab);
  const lead = new Lead(environment, name, tab, listener);
  const look = (insist: boolean) => listener.look(insist);
  const relay = new Relay({
    clock,
    line,
    lead,
    peers,
    union,
    latest,
    session,
    status,
    changed,
    look,
    report,
  });
  const relayed = (event: ServerEvent) => relay.relay(event);
  const abort = (reason: string, text: string) => listener.abort(reason, text);
  const known = { delegate, feeds, union, presence, latest, watch, session, status };
  const inbox = new Inbox({ ...known, relay: relayed, report, abort });
  const requests = new SessionRequests(session, union, presence, status);
  return { line, lead, relay, inbox, requests, union, watch, screen, feeds, session, status };
}

/** What the tabs share is named so. Those with another version of the messages do not take part. */
export function sharedName(scope: string, base = ''): string {
  return `chatd${base}.comet.2.${scope}`;
}

/** The path below which the server is. Another one may be beside it on the same origin, and share nothing with it. */
export function baseOf(control: string): string {
  const { pathname } = new URL(control, 'http://origin');
  return /^(.*)\/comet\/control$/.exec(pathname)?.[1] ?? '';
}
