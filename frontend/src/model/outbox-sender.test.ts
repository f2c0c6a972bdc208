import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { type Fate, ROOMS, type Tab, World } from './testing/outbox-world';
import { random, settled } from './testing/world';

/** Lets everything happen that can, and time pass, until nothing changes any more. */
async function quiet(world: World, seconds = 120): Promise<void> {
  for (let i = 0; i < seconds * 2; i++) {
    for (let [next] = world.possible; next; [next] = world.possible) await world.happen(next);
    mock.timers.tick(500);
    await settled();
  }
}

const bodies = (world: World, room = 1) => (world.log.get(room) ?? []).map(({ body }) => body);
const states = (tab: Tab) => tab.shown.map(({ body, state }) => `${body} ${state}`);

describe('the outbox of all tabs', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'] }));
  afterEach(() => mock.timers.reset());

  test('shows in each what was written in one, and one sends it', async () => {
    const world = new World();
    const [one, other] = [world.open(), world.open()];
    await quiet(world, 1);
    world.request = () => 'fails';
    one.write(1, 'a');
    mock.timers.tick(1);
    other.write(1, 'b');
    await quiet(world, 8);
    assert.deepEqual(states(one), ['a failed', 'b sending']);
    assert.deepEqual(states(other), states(one));
    world.request = () => 'well';
    other.outboxes.get(1)?.wake();
    await quiet(world, 2);
    assert.deepEqual(bodies(world), ['a', 'b']);
    assert.deepEqual(states(one), ['a sent', 'b sent']);
    assert.deepEqual(states(other), ['a sent', 'b sent']);
    assert.equal(world.shelf.size, 0);
  });

  test('outlives all tabs, and the next one sends it in order', async () => {
    const world = new World();
    const one = world.open();
    await quiet(world, 1);
    world.request = () => 'fails';
    for (const body of ['a', 'b', 'c']) one.write(1, body);
    await quiet(world, 3);
    world.crash(one);
    world.request = () => 'well';
    world.open();
    await quiet(world, 3);
    assert.deepEqual(bodies(world), ['a', 'b', 'c']);
  });

  test('is sent before what is written while it is still being read', async () => {
    const world = new World();
    const one = world.open();
    await quiet(world, 1);
    world.request = () => 'fails';
    one.write(1, 'a');
    await quiet(world, 2);
    world.crash(one);
    world.request = () => 'well';
    world.open().write(1, 'b');
    await quiet(world, 3);
    assert.deepEqual(bodies(world), ['a', 'b']);
  });

  test('goes out from another tab within seconds when the one that sends is frozen', async () => {
    const world = new World();
    const [one, other] = [world.open(), world.open()];
    await quiet(world, 1);
    assert.deepEqual([one.held, other.held], [true, false]);
    one.frozen = true;
    other.write(1, 'a');
    await quiet(world, 3);
    assert.deepEqual(bodies(world), ['a']);
    one.frozen = false;
    await quiet(world, 3);
    assert.deepEqual([one.held, other.held], [false, true]);
    assert.deepEqual(bodies(world), ['a']);
  });

  test('goes out from another tab when the one that sends has crashed, also where nobody sees that', async () => {
    const world = new World({ freed: false });
    const [one, other] = [world.open(), world.open()];
    await quiet(world, 1);
    world.request = () => 'fails';
    one.write(1, 'a');
    await quiet(world, 1);
    world.crash(one);
    world.request = () => 'well';
    await quiet(world, 4);
    assert.deepEqual([other.held, bodies(world)], [true, ['a']]);
  });

  test('does not send what was removed while the tab that sends was frozen', async () => {
    const world = new World();
    const [one, other] = [world.open(), world.open()];
    await quiet(world, 1);
    world.request = () => 'fails';
    const clientId = one.write(1, 'better not');
    await quiet(world, 8);
    one.frozen = true;
    other.outboxes.get(1)?.remove(clientId);
    await quiet(world, 1);
    assert.deepEqual(states(other), []);
    world.request = () => 'well';
    // It wakes to its timers before it hears what the others have said.
    for (const step of [...world.steps])
      if (step.line.startsWith('from')) world.steps.splice(world.steps.indexOf(step), 1);
    one.frozen = false;
    one.outboxes.get(1)?.wake();
    await quiet(world, 60);
    assert.deepEqual(bodies(world), []);
    assert.deepEqual(states(one), []);
  });

  test('stays in the page, in order, where the store is broken, and is said to be fleeting', async () => {
    const world = new World();
    const tab = world.open();
    await quiet(world, 1);
    world.store = () => 'fails';
    world.request = () => 'fails';
    tab.write(1, 'a');
    world.store = () => 'well';
    tab.write(1, 'b');
    world.store = () => 'fails';
    await quiet(world, 1);
    assert.equal(tab.outboxes.get(1)?.fleeting, true);
    world.request = () => 'well';
    await quiet(world, 40);
    assert.deepEqual(bodies(world), ['a', 'b']);
    assert.equal(tab.outboxes.get(1)?.fleeting, false);
  });

  test('that could not be kept at first is kept once the store is well', async () => {
    const world = new World();
    const one = world.open();
    await quiet(world, 1);
    world.store = () => 'fails';
    world.request = () => 'fails';
    one.write(1, 'a');
    await quiet(world, 1);
    world.store = () => 'well';
    one.write(1, 'b');
    await quiet(world, 1);
    assert.equal(one.outboxes.get(1)?.fleeting, false);
    world.crash(one);
    world.request = () => 'well';
    world.open();
    await quiet(world, 3);
    assert.deepEqual(bodies(world), ['a', 'b']);
  });

  test('stays to be seen when it cannot be removed', async () => {
    const world = new World();
    const tab = world.open();
    await quiet(world, 1);
    world.request = () => 'refused';
    const clientId = tab.write(1, 'a');
    await quiet(world, 1);
    assert.deepEqual(states(tab), ['a failed']);
    world.store = () => 'fails';
    tab.outboxes.get(1)?.remove(clientId);
    await quiet(world, 1);
    assert.deepEqual(states(tab), ['a failed']);
    world.store = () => 'well';
    tab.outboxes.get(1)?.remove(clientId);
    await quiet(world, 1);
    assert.deepEqual([states(tab), world.shelf.size], [[], 0]);
  });

  /**
   * Random schedules: tabs open, write, crash between any two steps, freeze and go on; the server is away, loses answers, wants
   * pauses or refuses; the store fails. In the end everything was delivered once, in the order in which each tab wrote
   * it, or is there to be seen.
   */
  test('delivers everything once and in order, or shows it, whatever happens', async () => {
    for (let seed = 1; seed <= 100; seed++) await new Schedule(seed).run();
  });
});

class Schedule {
  readonly #world: World;
  readonly #random: (below: number) => number;
  readonly #seed: number;
  readonly #removed = new Set<string>();
  #count = 0;

  constructor(seed: number) {
    this.#seed = seed;
    this.#world = new World({ freed: seed % 2 === 0 });
    this.#random = random(seed);
  }

  async run(): Promise<void> {
    const world = this.#world;
    world.open();
    for (let i = 0; i < 150; i++) await this.#move();
    world.request = () => 'well';
    world.store = () => 'well';
    for (const tab of world.living) tab.frozen = false;
    world.open();
    await quiet(world, 90);
    this.#check();
  }

  async #move(): Promise<void> {
    const world = this.#world;
    const dice = this.#random(100);
    const { possible } = world;
    const step = possible[this.#random(possible.length)];
    if (dice < 60 && step) return world.happen(step);
    const tab = world.living[this.#random(world.living.length)];
    if (dice < 70) {
      mock.timers.tick(this.#random(3_000));
      await settled();
    } else if (dice < 84) tab?.write(this.#pick(ROOMS) ?? 1, `${++this.#count}`);
    else if (dice < 87 && world.living.length < 4) world.open();
    else if (dice < 89 && tab) world.crash(tab);
    else if (dice < 91 && tab) tab.frozen = true;
    else if (dice < 94 && tab) tab.frozen = false;
    else if (dice < 95 && tab) this.#remove(tab);
    else if (dice < 98) this.#weather();
    else for (const outbox of tab?.outboxes.values() ?? []) outbox.wake();
    await settled();
  }

  #pick<T>(among: readonly T[]): T | undefined {
    return among[this.#random(among.length)];
  }

  #weather(): void {
    const fates: Fate[] = ['well', 'well', 'fails', 'lost', 'later', 'refused'];
    const some = [this.#pick(fates), this.#pick(fates)];
    this.#world.request = () => this.#pick(some) ?? 'well';
    const broken = this.#random(4) === 0;
    this.#world.store = () => (broken && this.#random(2) === 0 ? 'fails' : 'well');
  }

  #remove(tab: Tab): void {
    const entry = this.#pick(tab.shown.filter(({ state }) => state === 'failed'));
    if (!entry) return;
    this.#removed.add(entry.clientId);
    tab.outboxes.get(entry.room)?.remove(entry.clientId);
  }

  #check(): void {
    const world = this.#world;
    const where = `seed ${this.#seed}`;
    for (const room of ROOMS) {
      const log = (world.log.get(room) ?? []).map(({ clientId }) => clientId);
      assert.equal(new Set(log).size, log.length, where);
      for (const tab of world.tabs) {
        const wrote = tab.written.get(room) ?? [];
        const plain = wrote.filter((id) => !world.refused.has(id) && !this.#removed.has(id));
        assert.deepEqual(
          log.filter((id) => plain.includes(id)),
          plain.filter((id) => log.includes(id)),
          `${where}: in order`,
        );
        for (const id of wrote) if (!log.includes(id)) this.#checkUnsent(tab, room, id);
      }
    }
    const waiting = world.living.flatMap(({ shown }) =>
      shown.filter(({ problem, state }) => state !== 'sent' && problem === null),
    );
    assert.deepEqual(waiting, [], `${where}: nothing waits`);
    for (const id of world.shelf.keys())
      assert.ok(world.refused.has(id), `${where}: only what was refused is kept`);
  }

  /** It was lost with the only page that had it, removed, or can be seen wherever it could. */
  #checkUnsent(tab: Tab, room: number, id: string): void {
    const world = this.#world;
    if (this.#removed.has(id) || (tab.dead && !world.everKept.has(id))) return;
    const where = `seed ${this.#seed}: ${id} in room ${room}`;
    assert.ok(world.refused.has(id), `${where} was not delivered`);
    const last = world.living.at(-1);
    const seen = world.shelf.has(id) ? last : tab;
    assert.ok(seen?.dead || seen?.shown.some(({ clientId }) => clientId === id), `${where} is not seen`);
  }
}
