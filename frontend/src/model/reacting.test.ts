import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Reaction } from '../api/records';
import { Reacting } from './reacting';
import { Later, settled } from './testing/world';

const me = 1;
const thumb = (...user_ids: number[]): readonly Reaction[] =>
  user_ids.length === 0 ? [] : [{ emoji: '👍', count: user_ids.length, user_ids }];

function world() {
  const answers = new Later<readonly Reaction[]>();
  const asked: boolean[] = [];
  const reacting = new Reacting((_number, _emoji, on) => {
    asked.push(on);
    return answers.ask();
  });
  return { answers, asked, reacting };
}

describe('a reaction of mine', () => {
  test('shows at once, and once, whatever comes first: the answer or the event', async () => {
    const { answers, reacting } = world();
    const done = reacting.react(5, '👍', true);
    assert.deepEqual(reacting.shown(5, thumb(2), me), thumb(2, me));
    assert.deepEqual(reacting.shown(5, thumb(2, me), me), thumb(2, me));
    assert.deepEqual(reacting.shown(6, [], me), []);
    await answers.answer(thumb(2, me));
    await done;
    reacting.told(5, thumb(2), me); // one of before that was on its way
    assert.deepEqual(reacting.shown(5, thumb(2), me), thumb(2, me));
    reacting.told(5, thumb(2, me), me);
    assert.deepEqual(reacting.shown(5, thumb(2), me), thumb(2));
  });

  test('is gone again when the server does not take it', async () => {
    const { answers, reacting } = world();
    const done = reacting.react(5, '👍', true);
    const refused = assert.rejects(done, /refused/);
    await answers.fail(new Error('refused'));
    await refused;
    assert.deepEqual(reacting.shown(5, [], me), []);
  });

  test('that is taken back before it is answered is taken back on the server, too', async () => {
    const { answers, asked, reacting } = world();
    const done = reacting.react(5, '👍', true);
    await reacting.react(5, '👍', false);
    assert.deepEqual(reacting.shown(5, thumb(me), me), []);
    await answers.answer(thumb(me));
    await answers.answer([]);
    await done;
    await settled();
    assert.deepEqual(asked, [true, false]);
  });

  test('that I took back on another device does not stay here', async () => {
    const { answers, reacting } = world();
    const done = reacting.react(5, '👍', true);
    await answers.answer(thumb(me));
    await done;
    reacting.told(5, [], me);
    reacting.told(5, [], me);
    assert.deepEqual(reacting.shown(5, [], me), []);
  });
});
