import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { PAUSE, SeenWatch } from './seen-watch';
import { settled } from './testing/world';

function setUp(answers: readonly (readonly number[])[]) {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
  const page = { visible: true };
  const told: (readonly number[])[] = [];
  let asked = 0;
  const watch = new SeenWatch({
    ask: async () => answers[asked++] ?? [],
    told: (people) => {
      told.push(people);
      return people.length > 0;
    },
    visible: () => page.visible,
  });
  return { watch, page, told, asked: () => asked };
}

test('it asks at once and then each 15 seconds, until there is nothing more to learn', async () => {
  const { watch, told, asked } = setUp([[], [], [2]]);
  watch.inView(true);
  await settled();
  assert.equal(asked(), 1);
  mock.timers.tick(PAUSE - 1);
  assert.equal(asked(), 1);
  mock.timers.tick(1);
  await settled();
  mock.timers.tick(PAUSE);
  await settled();
  assert.deepEqual(told, [[], [], [2]]);
  mock.timers.tick(10 * PAUSE);
  assert.equal(asked(), 3);
});

test('it does not ask while nobody sees the message or the page, and not sooner for that', () => {
  const { watch, page, asked } = setUp([]);
  page.visible = false;
  watch.inView(true);
  assert.equal(asked(), 0);
  page.visible = true;
  watch.look();
  assert.equal(asked(), 1);
  watch.inView(false);
  watch.inView(true);
  assert.equal(asked(), 1);
  watch.inView(false);
  mock.timers.tick(5 * PAUSE);
  assert.equal(asked(), 1);
  watch.inView(true);
  assert.equal(asked(), 2);
});

test('a page that is put away asks no more', () => {
  const { watch, asked } = setUp([]);
  watch.inView(true);
  watch.stop();
  mock.timers.tick(5 * PAUSE);
  watch.look();
  assert.equal(asked(), 1);
});
