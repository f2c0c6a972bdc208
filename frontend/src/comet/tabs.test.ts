import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generator } from './testing/fakeclock';
import type { FakeView } from './testing/fakenode';
import { FakeTabs } from './testing/faketabs';
import type { FakeTab } from './testing/faketabs';
import type { TransportOption } from './types';

const topics = ['a', 'b', 'c'];
const rooms = ['3', '7'];
const schedules = Number(process.env.SCHEDULES ?? 60);
const steps = 60;
const most = 6;

type Chance = () => number;

function pick<T>(list: readonly T[], chance: Chance): T {
  const item = list[Math.floor(chance() * list.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

/** What a person may do with the tabs of a browser, and what may happen to them. */
class Life {
  readonly tabs: FakeTabs;
  readonly #chance: Chance;
  /** Frozen tabs keep their connections, so that there may be too many. */
  readonly freezes: boolean;
  readonly followed = new Map<FakeTab, Set<string>>();
  readonly screens = new Map<FakeTab, { people: string[]; room: string; idle: boolean }>();
  readonly ever: FakeTab[] = [];
  #scope = 1;
  #published = 0;

  constructor(tabs: FakeTabs, chance: Chance, freezes: boolean) {
    this.tabs = tabs;
    this.#chance = chance;
    this.freezes = freezes;
  }

  open(): void {
    if (this.signedIn.length >= most) return;
    const chance = this.#chance;
    const wanted = topics.filter(() => chance() < 0.6);
    const tab = this.tabs.open(wanted, `person${this.#scope}`);
    this.ever.push(tab);
    this.followed.set(tab, new Set(wanted));
    tab.client.watch(topics.filter(() => chance() < 0.5));
    tab.show(chance() < 0.5, chance() < 0.5 ? 55_000 : 0);
    this.screens.set(tab, { people: [], room: '', idle: false });
    if (chance() < 0.8) this.#look(tab);
    tab.recorder.during = () => {
      if (chance() < 0.02) throw new Error('a handler threw');
    };
    tab.recorder.load = async () => {
      await new Promise<void>((resolve) => tab.browser.clock.after(chance() * 800, resolve));
      if (chance() < 0.2) throw new Error('it could not be loaded');
    };
  }

  publish(topic = pick(topics, this.#chance), events = 1 + Math.floor(this.#chance() * 5)): void {
    for (let i = 0; i < events; i += 1) {
      this.#published += 1;
      this.tabs.log.publish(topic, this.#chance() < 0.1 ? undefined : `${topic}${this.#published}`);
    }
  }

  /** The tabs in which somebody is signed in. */
  get signedIn(): FakeTab[] {
    return [...this.tabs.tabs].filter((tab) => this.followed.has(tab));
  }

  async step(): Promise<void> {
    const { tabs } = this;
    const { log, nodes } = tabs;
    const chance = this.#chance;
    if (this.signedIn.length === 0) this.open();
    const tab = pick([...tabs.tabs], chance);
    // Code of the page runs only where the page does.
    const awake = (work: () => void) => !tab.browser.frozen && work();
    const things: (() => unknown)[] = [
      () => this.open(),
      () => this.open(),
      () => this.publish(),
      () => this.publish(),
      () => this.publish(),
      () => this.publish('a', 300),
      () => chance() < 0.2 && this.publish('b', 1_300),
      () => awake(() => tab.close()),
      () => tab.crash(),
      () => tab.show(false, chance() < 0.5 ? 55_000 : 0),
      () => tab.show(true),
      () => tab.show(true),
      () => this.#freeze(tab),
      () => tab.browser.thaw(),
      () => awake(() => this.#subscribe(tab, pick(topics, chance))),
      () => awake(() => this.#unsubscribe(tab, pick(topics, chance))),
      () => awake(() => tab.client.watch(topics.filter(() => chance() < 0.5))),
      () => awake(() => this.#look(tab)),
      () => awake(() => this.#look(tab)),
      () => awake(() => this.#use(tab, chance() < 0.3)),
      () => awake(() => tab.client.typing(pick(topics, chance))),
      () => tab.browser.visible && awake(() => tab.browser.tell('focus')),
      () => awake(() => tab.client.retryNow()),
      () => awake(() => tab.browser.tell('online')),
      () => awake(() => void this.#cache(tab)),
      () =>
        awake(() => tab.client.setTransport(pick<TransportOption>(['auto', 'iframe', 'long-poll'], chance))),
      () => pick([...tab.browser.streams, null], chance)?.cut(chance() < 0.5),
      () => log.notice(pick(['cy', 'di'], chance), pick(['in', 'out'], chance), Math.floor(tabs.time.now())),
      () => log.count(pick(rooms, chance), Math.floor(chance() * 1_000)),
      () => log.restore(pick(topics, chance), Math.floor(chance() * 4)),
      () => pick(nodes, chance).sessions.clear(),
      () => pick(nodes, chance).say({ event: 'refresh', in: 300, why: pick(['recycle', 'drain'], chance) }),
      () => chance() < 0.3 && pick(nodes, chance).say({ event: 'refresh', in: 0, why: 'crowded' }, true),
      () => tabs.weather({ down: chance() < 0.3 }),
      () => tabs.weather({ buffered: chance() < 0.2 }),
      () => tabs.weather({ loss: chance() * 0.3 }),
      () => tabs.weather({ delay: [1, 1 + chance() * chance() * 2_000] }),
      () => chance() < 0.3 && this.#signInAsAnother(),
    ];
    await pick(things, chance)();
    await tabs.pass(pick([0, 1, 20, 300, 3_000, 20_000, 90_000], chance) * chance());
    const holders = tabs.holders.filter(({ browser }) => !browser.frozen);
    assert.ok(holders.length <= 2, `${holders.map(({ name }) => name)} hold a request each`);
  }

  async calm(): Promise<void> {
    const { tabs } = this;
    const { log } = tabs;
    tabs.weather({ delay: [5, 50], down: false, loss: 0, buffered: false });
    if (this.signedIn.length === 0) this.open();
    const looked = pick(this.signedIn, this.#chance);
    for (const tab of tabs.tabs) {
      tab.browser.thaw();
      tab.recorder.during = () => {};
      tab.recorder.load = () => Promise.resolve();
      tab.show(tab === looked, this.#chance() < 0.5 ? 55_000 : 0);
    }
    await tabs.pass(10);
    this.#look(looked);
    const used = this.#chance();
    for (const tab of this.signedIn) this.#use(tab, this.#chance() < used / 2);
    for (const room of rooms) log.count(room, Math.floor(this.#chance() * 1_000));
    looked.client.setTransport('auto');
    for (const topic of topics) this.publish(topic, 1);
    await tabs.pass(400_000);
  }

  #freeze(tab: FakeTab): void {
    if (!this.freezes) return;
    tab.show(false);
    tab.browser.freeze();
  }

  async #cache(tab: FakeTab): Promise<void> {
    const { browser } = tab;
    browser.tell('pagehide', true);
    assert.equal(browser.streams.size, 0);
    await new Promise<void>((resolve) => browser.clock.after(this.#chance() * 5_000, resolve));
    if (this.tabs.tabs.has(tab)) browser.tell('pageshow', true);
  }

  // The server ends every session. Only frozen tabs stay as they are, and hear of it when they thaw.
  async #signInAsAnother(): Promise<void> {
    for (const node of this.tabs.nodes) {
      node.say({ event: 'abort', reason: 'signed-out', text: 'You have signed out.' }, true);
      node.sessions.clear();
    }
    this.#scope += 1;
    for (const tab of this.tabs.tabs) {
      if (tab.browser.frozen) tab.wake(() => tab.client.stop());
      else tab.close();
      this.followed.delete(tab);
    }
    this.open();
  }

  #look(tab: FakeTab): void {
    const screen = this.screens.get(tab);
    if (!screen) return;
    screen.people = ['cy', 'di', 'ed', 'flo'].filter(() => this.#chance() < 0.4);
    screen.room = pick(rooms, this.#chance);
    tab.client.view(screen.people, screen.room);
  }

  #use(tab: FakeTab, used: boolean): void {
    const screen = this.screens.get(tab);
    if (!screen) return;
    screen.idle = !used;
    tab.client.activity(used ? 'active' : 'idle');
  }

  #subscribe(tab: FakeTab, topic: string): void {
    const followed = this.followed.get(tab);
    if (!followed || followed.has(topic)) return;
    followed.add(topic);
    tab.client.subscribe(topic, tab.recorder.open(topic));
  }

  #unsubscribe(tab: FakeTab, topic: string): void {
    this.followed.get(tab)?.delete(topic);
    tab.client.unsubscribe(topic);
    tab.recorder.shown.delete(topic);
  }
}

function checkShown({ tabs, followed }: Life): void {
  const { log } = tabs;
  const states = Object.fromEntries(log.notices.map(({ user, notice }) => [user, notice]));
  for (const [tab, wanted] of followed) {
    if (!tabs.tabs.has(tab)) continue;
    const { name, recorder, client } = tab;
    assert.deepEqual(recorder.faults, [], `something came twice or out of order in ${name}`);
    assert.equal(client.state.phase, 'listening', name);
    for (const topic of wanted)
      assert.deepEqual(recorder.shown.get(topic), log.snapshot(topic).content, `${topic} in ${name}`);
    assert.deepEqual(recorder.states, states, `who is here, in ${name}`);
    const notices = recorder.notices.map((notice) => JSON.stringify(notice));
    assert.equal(new Set(notices).size, notices.length, `a notice came twice in ${name}`);
  }
}

/** What the server should know of what the tabs show. */
function shownBy(life: Life): FakeView {
  const screens = life.signedIn.flatMap((tab) => life.screens.get(tab) ?? []);
  const [looked] = life.signedIn.filter(({ browser }) => browser.visible);
  return {
    people: [...new Set(screens.flatMap(({ people }) => people))].sort(),
    room: (looked && life.screens.get(looked)?.room) ?? null,
    idle: screens.every(({ idle }) => idle),
  };
}

// Between two long polls there is none for a moment.
async function checkScreens(life: Life): Promise<void> {
  const views = () => life.tabs.nodes.flatMap((node) => node.views);
  for (let i = 0; i < 40 && views().length === 0; i += 1) await life.tabs.pass(50);
  const view = shownBy(life);
  assert.deepEqual(views(), [view], 'what is shown, as the server knows');
  const here = life.tabs.log.here.get(view.room ?? '');
  for (const { name, recorder } of life.signedIn)
    assert.equal(recorder.here[view.room ?? ''], here, `how many are here, in ${name}`);
}

// Between two long polls there may be none for a moment.
async function checkHeld(tabs: FakeTabs): Promise<void> {
  let holders = 0;
  let held = 0;
  for (let i = 0; i < 40; i += 1) {
    await tabs.pass(50);
    holders = Math.max(holders, tabs.holders.length);
    held = Math.max(held, tabs.log.holds.count);
  }
  assert.equal(holders, 1, 'tabs that hold a request');
  assert.equal(held, 1, 'requests held by the server');
}

async function run(seed: number): Promise<void> {
  const chance = generator(seed * 7_919);
  const freezes = chance() < 0.5;
  const lag = chance() < 0.3 ? 2_000 : 0;
  const tabs = new FakeTabs({ secure: chance() < 0.5, lag, seed, nodes: 1 + Math.floor(chance() * 2) });
  const life = new Life(tabs, chance, freezes);
  life.open();
  for (let i = 0; i < steps; i += 1) await life.step();
  await life.calm();
  checkShown(life);
  await checkScreens(life);
  await checkHeld(tabs);
  if (!freezes) assert.equal(tabs.log.holds.crowdings, 0, 'too many requests');
  for (const { client } of tabs.tabs) client.stop();
  await tabs.pass(1_000);
  for (const tab of tabs.tabs) assert.equal(tab.left, 0, `left behind in ${tab.name}`);
  assert.equal(tabs.locked, 0);
  const strange = life.ever
    .flatMap(({ browser }) => browser.reported)
    .filter((error) => !/a handler threw|could not be loaded/.test(String(error)));
  assert.deepEqual(strange, []);
}

const only = process.env.SCHEDULE;

test('Whatever happens to the tabs of a browser, each shows all of it, in order, once, by one connection, which knows what they show', {
  timeout: 600_000,
}, async () => {
  for (let seed = 1; seed <= schedules; seed += 1) {
    if (only !== undefined && Number(only) !== seed) continue;
    await run(seed).catch((error: unknown) => {
      throw new Error(`schedule ${seed} failed`, { cause: error });
    });
  }
});
