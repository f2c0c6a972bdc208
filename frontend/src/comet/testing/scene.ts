import { CometClient } from '../client';
import type { Tabs } from '../environment';
import type { TransportOption } from '../types';
import { FakeBrowser } from './fakebrowser';
import type { FakeClock } from './fakeclock';
import { FakeLog } from './fakelog';
import { FakeNode } from './fakenode';
import { Recorder } from './recorder';

export interface Scene {
  log: FakeLog;
  node: FakeNode;
  nodes: FakeNode[];
  browser: FakeBrowser;
  recorder: Recorder;
  client: CometClient;
  /** Lets time pass. */
  pass(ms: number): Promise<void>;
}

/** A client, not yet started, that follows topic `a`, in a browser connected to a server. */
export function scene(
  options: {
    transport?: TransportOption;
    seed?: number;
    nodes?: number;
    stored?: Record<string, string>;
    tabs?: (time: FakeClock) => Tabs;
  } = {},
): Scene {
  const log = new FakeLog();
  const node = new FakeNode('node1', log);
  const nodes = [node];
  while (nodes.length < (options.nodes ?? 1)) nodes.push(new FakeNode(`node${nodes.length + 1}`, log));
  const browser = new FakeBrowser(nodes, options.seed);
  beat(browser, nodes);
  for (const [key, value] of Object.entries(options.stored ?? {})) browser.stored.set(key, value);
  if (options.tabs) browser.tabs = options.tabs(browser.time);
  const recorder = new Recorder(log);
  const client = new CometClient(
    {
      control: '/comet/control',
      data: '/comet/data',
      cursors: { a: recorder.openEmpty('a') },
      transport: options.transport ?? 'auto',
      delegate: recorder,
    },
    browser,
  );
  return { log, node, nodes, browser, recorder, client, pass: (ms) => browser.time.pass(ms) };
}

/** The same with the client started and listening. */
export async function listening(options: Parameters<typeof scene>[0] = {}): Promise<Scene> {
  const made = scene(options);
  made.client.start();
  await made.pass(100);
  return made;
}

function beat(browser: FakeBrowser, nodes: FakeNode[]): void {
  browser.time.after(15_000, () => {
    for (const node of nodes) node.beat();
    beat(browser, nodes);
  });
}
