import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { Problem } from '../api/http';
import type { Belonging } from '../api/routes';
import { Compose } from './compose';
import { useMemory } from './testing/memory';
import { ana, Later, message } from './testing/world';

function setUp(thread = 0) {
  const sent: [string, Belonging][] = [];
  const saves = new Later<void>();
  const places = new Map<number, Compose>();
  const place = (number: number): Compose => {
    const found = places.get(number) ?? make(number);
    places.set(number, found);
    return found;
  };
  const make = (number: number) =>
    new Compose(1, 7, number, {
      send: (body, belonging) => void sent.push([body, belonging]),
      save: saves.ask,
      place,
    });
  return { compose: place(thread), sent, saves, place };
}

const mine = message(4, { author: ana, body: 'as it was' });

describe('what is being written', () => {
  beforeEach(useMemory);

  test('is an answer with the words that are there, and after it a new message', () => {
    const { compose, sent } = setUp();
    compose.write('yes');
    compose.reply(message(3));
    assert.equal(compose.text.value, 'yes');
    compose.send('yes');
    compose.send('again');
    assert.deepEqual(sent, [
      ['yes', { reply_to: 3 }],
      ['again', {}],
    ]);
    assert.equal(compose.text.value, '');
  });

  test('belongs to its thread, whose draft is its own', () => {
    const { compose, sent, place } = setUp(5);
    compose.write('in the thread');
    assert.equal(place(0).text.value, '');
    assert.equal(setUp(5).compose.text.value, 'in the thread');
    compose.send('in the thread');
    assert.deepEqual(sent, [['in the thread', { thread: 5 }]]);
  });

  test('goes to the place where the message is', () => {
    const { compose, place } = setUp();
    compose.edit({ ...mine, thread: 5 });
    assert.equal(compose.mode.value.kind, 'new');
    assert.equal(place(5).mode.value.kind, 'edit');
    place(5).reply(message(3));
    assert.equal(compose.mode.value.kind, 'reply');
  });

  test('leaves the draft alone while a message is changed', async () => {
    const { compose, saves } = setUp();
    compose.write('half a');
    compose.edit(mine);
    assert.equal(compose.text.value, 'as it was');
    compose.write('as it is');
    const saved = compose.save('as it is');
    assert.equal(compose.saving.value, 'now');
    await saves.answer();
    await saved;
    assert.deepEqual([compose.mode.value.kind, compose.text.value], ['new', 'half a']);
  });

  test('keeps a wording that could not be saved, with the reason', async () => {
    const { compose, saves } = setUp();
    compose.edit(mine);
    compose.write('as it is');
    const saved = compose.save('as it is');
    const error = new Problem(403, 'No.', null, {});
    await saves.fail(error);
    await saved;
    assert.deepEqual([compose.text.value, compose.saving.value], ['as it is', { error }]);
    const again = compose.save('as it is');
    await saves.answer();
    await again;
    assert.equal(compose.mode.value.kind, 'new');
  });

  test('goes on when somebody types while it is saved', async () => {
    const { compose, saves } = setUp();
    compose.edit(mine);
    compose.write('one');
    const saved = compose.save('one');
    compose.write('one and two');
    await saves.answer();
    await saved;
    assert.deepEqual([compose.text.value, compose.saving.value], ['one and two', 'no']);
  });

  test('asks the server nothing about a wording that is the same', async () => {
    const { compose, saves } = setUp();
    compose.edit(mine);
    await compose.save('as it was');
    assert.deepEqual([saves.count, compose.mode.value.kind], [0, 'new']);
  });

  test('outlives the page: an unsaved wording, and an answer', () => {
    const first = setUp().compose;
    first.edit(mine);
    assert.equal(setUp().compose.mode.value.kind, 'new');
    first.write('as it is');
    const second = setUp().compose;
    assert.deepEqual([second.mode.value.kind, second.text.value], ['edit', 'as it is']);
    second.reply(message(3));
    const third = setUp().compose;
    assert.equal(third.mode.value.kind, 'reply');
    third.cancel();
    assert.equal(setUp().compose.mode.value.kind, 'new');
  });

  test('can be taken up again when it was given up', () => {
    const { compose } = setUp();
    compose.edit(mine);
    compose.cancel();
    assert.equal(compose.givenUp.value, null);
    compose.edit(mine);
    compose.write('as it is');
    compose.cancel();
    const givenUp = compose.givenUp.value;
    assert.ok(givenUp);
    compose.resume(givenUp);
    assert.deepEqual([compose.mode.value.kind, compose.text.value], ['edit', 'as it is']);
  });

  test('is no answer any more when the message is deleted', () => {
    const { compose } = setUp();
    compose.reply(message(3));
    compose.write('yes');
    compose.gone([2, 3]);
    assert.deepEqual([compose.mode.value.kind, compose.text.value], ['new', 'yes']);
  });

  test('does not stumble over what storage has', () => {
    localStorage.setItem('chatd.compose.1.7', '{"kind":"edit"}');
    assert.equal(setUp().compose.mode.value.kind, 'new');
    assert.equal(localStorage.getItem('chatd.compose.1.7'), null);
  });
});
