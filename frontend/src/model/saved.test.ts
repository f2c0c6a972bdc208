import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Place } from '../api/attention-records';
import { Saved } from './saved';
import { Later, settled } from './testing/world';

function setUp(places: readonly Place[] = []) {
  const sent: string[] = [];
  const answers = new Later<boolean>();
  const saved = new Saved((room, number, on) => {
    sent.push(`${on ? '+' : '-'}${room}/${number}`);
    return answers.ask();
  }, places);
  return { saved, sent, answers };
}

test('it begins with what the overview says', () => {
  const { saved } = setUp([[7, 3]]);
  assert.equal(saved.has(7, 3), true);
  assert.equal(saved.has(7, 4), false);
  assert.equal(saved.has(73, 0), false);
});

test('what is saved shows at once, and stays when the server has taken it', async () => {
  const { saved, sent, answers } = setUp();
  const done = saved.set(7, 3, true);
  assert.equal(saved.has(7, 3), true);
  await answers.answer(true);
  await done;
  assert.equal(saved.has(7, 3), true);
  assert.deepEqual(sent, ['+7/3']);
});

test('what the server does not take is as it was', async () => {
  const { saved, answers } = setUp([[7, 3]]);
  const done = saved.set(7, 3, false);
  assert.equal(saved.has(7, 3), false);
  const refused = assert.rejects(done, /no/);
  await answers.fail(new Error('no'));
  await refused;
  assert.equal(saved.has(7, 3), true);
});

test('of changes of mind the last one counts, one request after the other', async () => {
  const { saved, sent, answers } = setUp();
  const done = saved.set(7, 3, true);
  await saved.set(7, 3, false);
  assert.deepEqual(sent, ['+7/3']);
  await answers.answer(true);
  assert.deepEqual(sent, ['+7/3', '-7/3']);
  assert.equal(saved.has(7, 3), false);
  await answers.answer(false);
  await done;
  assert.equal(saved.has(7, 3), false);
  assert.equal(answers.count, 0);
});

test('a mind that is changed twice while the server is asked needs one request', async () => {
  const { saved, sent, answers } = setUp();
  const done = saved.set(7, 3, true);
  await saved.set(7, 3, false);
  await saved.set(7, 3, true);
  await answers.answer(true);
  await done;
  assert.deepEqual(sent, ['+7/3']);
  assert.equal(saved.has(7, 3), true);
});

test('another device keeps one, and does not any more', () => {
  const { saved } = setUp();
  saved.heard({ room_id: 7, number: 3, saved: true });
  assert.equal(saved.has(7, 3), true);
  saved.heard({ room_id: 7, number: 3, saved: false });
  assert.equal(saved.has(7, 3), false);
});

test('an answer about all does not undo what was told after it was asked for', async () => {
  const { saved, answers } = setUp([[7, 1]]);
  saved.heard({ room_id: 7, number: 2, saved: true });
  saved.asking();
  saved.heard({ room_id: 7, number: 1, saved: false });
  const done = saved.set(7, 3, true);
  await answers.answer(true);
  await done;
  saved.take([
    [7, 1],
    [7, 9],
  ]);
  await settled();
  const kept = [1, 2, 3, 9].filter((number) => saved.has(7, number));
  assert.deepEqual(kept, [3, 9]);
});

test('what is wanted stays wanted when an answer about all comes first', async () => {
  const { saved, answers } = setUp();
  const done = saved.set(7, 3, true);
  saved.asking();
  saved.take([]);
  assert.equal(saved.has(7, 3), true);
  await answers.answer(true);
  await done;
  assert.equal(saved.has(7, 3), true);
});

test('one that is found among the kept is known from then on, until it is told that it is not any more', () => {
  const { saved } = setUp();
  saved.found(7, 3);
  assert.equal(saved.has(7, 3), true);
  saved.heard({ room_id: 7, number: 3, saved: false });
  saved.found(7, 3);
  assert.equal(saved.has(7, 3), false);
});
