import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generator } from './testing/fakeclock';
import { listening } from './testing/scene';
import type { Scene } from './testing/scene';
import type { TransportOption } from './types';

const topics = ['a', 'b', 'c'];
const schedules = Number(process.env.SCHEDULES ?? 60);
const steps = 60;

type Chance = () => number;

function pick<T>(list: readonly T[], chance: Chance): T {
  const item = list[Math.floor(chance() * list.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

/** What may happen to a client, each in its own way. */
class Trouble {
  readonly #scene: Scene;
  readonly #chance: Chance;
  readonly followed = new Set(['a']);
  #published = 0;

  constructor(scene: Scene, chance: Chance) {
    this.#scene = scene;
    this.#chance = chance;
    scene.recorder.during = () => {
      if (chance() < 0.03) throw new Error('a handler threw');
    };
    scene.recorder.load = async () => {
      const ms = chance() * 800;
      await new Promise<void>((resolve) => scene.browser.time.after(ms, resolve));
      if (chance() < 0.3) throw new Error('it could not be loaded');
    };
  }

  publish(topic = pick(topics, this.#chance), events = 1 + Math.floor(this.#chance() * 6)): void {
    for (let i = 0; i < events; i += 1) {
      this.#published += 1;
      this.#scene.log.publish(topic, this.#chance() < 0.1 ? undefined : `${topic}${this.#published}`);
    }
  }

  async step(): Promise<void> {
    const { browser, client, log } = this.#scene;
    const { weather } = browser;
    const chance = this.#chance;
    const things: (() => unknown)[] = [
      () => this.publish(),
      () => this.publish(),
      () => this.publish(),
      () => this.publish('a', 300),
      () => chance() < 0.2 && this.publish('b', 1_300),
      () =>
        log.notice(pick(['ann', 'bob'], chance), pick(['in', 'out'], chance), Math.floor(browser.time.now())),
      () => log.restore(pick(topics, chance), Math.floor(chance() * 4)),
      () => pick([...browser.streams, null], chance)?.cut(chance() < 0.5),
      () => this.#subscribe(pick(topics, chance)),
      () => this.#unsubscribe(pick(topics, chance)),
      () => browser.tell('online'),
      () => browser.tell('visibilitychange'),
      () => client.retryNow(),
      () => client.look(),
      () => client.setTransport(pick<TransportOption>(['auto', 'iframe', 'long-poll'], chance)),
      () => browser.time.sleep(chance() * 120_000),
      () => this.#hide(),
      () =>
        this.#scene.node.say({
          event: 'refresh',
          in: Math.floor(chance() * 900),
          why: pick(['recycle', 'drain'], chance),
        }),
      () => this.#scene.node.say({ event: 'error', code: 'unavailable', text: 'Not now.' }, true),
      () => this.#scene.node.sessions.clear(),
      () => this.#forge(),
      () => Object.assign(weather, { down: chance() < 0.3 }),
      () => Object.assign(weather, { buffered: chance() < 0.3 }),
      () => Object.assign(weather, { loss: chance() * 0.5, repeats: chance() * 0.5 }),
      () => Object.assign(weather, { most: pick([500, 8_000, Number.POSITIVE_INFINITY], chance) }),
      () => Object.assign(weather, { delay: [1, 1 + chance() * chance() * 4_000] }),
    ];
    await pick(things, chance)();
    await this.#scene.pass(pick([0, 1, 20, 300, 3_000, 20_000], chance) * chance());
  }

  async calm(): Promise<void> {
    const { browser, recorder, client } = this.#scene;
    const { weather } = browser;
    Object.assign(weather, { delay: [5, 50], down: false, loss: 0, repeats: 0, buffered: false });
    weather.most = Math.max(weather.most, 20_000);
    recorder.during = () => {};
    recorder.load = () => Promise.resolve();
    for (const topic of topics) this.publish(topic, 1);
    if (client.state.phase === 'ready') browser.tell('pageshow', true);
    await this.#scene.pass(120_000);
  }

  #subscribe(topic: string): void {
    if (this.followed.has(topic)) return;
    this.followed.add(topic);
    const cursor = this.#scene.recorder.open(topic);
    this.#scene.client.subscribe(topic, cursor);
  }

  #unsubscribe(topic: string): void {
    this.followed.delete(topic);
    this.#scene.client.unsubscribe(topic);
    this.#scene.recorder.shown.delete(topic);
  }

  async #hide(): Promise<void> {
    this.#scene.browser.tell('pagehide', true);
    assert.equal(this.#scene.browser.streams.size, 0);
    await this.#scene.pass(this.#chance() * 5_000);
    this.#scene.browser.tell('pageshow', true);
  }

  // A node that has heard of an event too early tells it out of turn, or twice.
  #forge(): void {
    const topic = pick(topics, this.#chance);
    const { epoch, payloads } = this.#scene.log.topic(topic);
    const seq = 1 + Math.floor(this.#chance() * payloads.length);
    const payload = payloads[seq - 1];
    if (payload === undefined) return;
    this.#scene.node.say({ event: 'data', topic, epoch, seq, payload });
  }
}

async function run(seed: number): Promise<void> {
  const chance = generator(seed * 7_919);
  const transport = pick<TransportOption>(['auto', 'auto', 'iframe', 'long-poll'], chance);
  const scene = await listening({ transport, seed, nodes: 1 + Math.floor(chance() * 2) });
  const { browser, recorder, log, client } = scene;
  const trouble = new Trouble(scene, chance);
  for (let i = 0; i < steps; i += 1) await trouble.step();
  await trouble.calm();
  assert.deepEqual(recorder.faults, [], 'something came twice or out of order');
  for (const topic of trouble.followed) {
    assert.deepEqual(recorder.shown.get(topic), log.snapshot(topic).content, `what is shown of ${topic}`);
  }
  const notices = recorder.notices.map((notice) => JSON.stringify(notice));
  assert.equal(new Set(notices).size, notices.length, 'a notice came twice');
  const states = Object.fromEntries(log.notices.map(({ user, notice }) => [user, notice]));
  assert.deepEqual(recorder.states, states, 'who is here');
  assert.equal(client.state.phase, 'listening');
  assert.equal(browser.streams.size + browser.fetches.size, 1, 'connections');
  client.stop();
  await scene.pass(100);
  assert.deepEqual(
    [browser.clock.waiting, browser.fetches.size, browser.streams.size, browser.handlers],
    [0, 0, 0, 0],
    'timers, requests, frames and handlers left behind',
  );
  const strange = browser.reported.filter(
    (error) => !/a handler threw|could not be loaded/.test(String(error)),
  );
  assert.deepEqual(strange, []);
}

const only = process.env.SCHEDULE;

test('Whatever happens, what is shown is what is stored: all of it, in order, once', {
  timeout: 600_000,
}, async () => {
  for (let seed = 1; seed <= schedules; seed += 1) {
    if (only !== undefined && Number(only) !== seed) continue;
    await run(seed).catch((error: unknown) => {
      throw new Error(`schedule ${seed} failed`, { cause: error });
    });
  }
});
