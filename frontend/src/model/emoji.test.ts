import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { chooseTone, chosenTone, findEmoji, parseEmoji, recentEmoji, toned, useEmoji } from './emoji';
import { useMemory } from './testing/memory';

const groups = parseEmoji({
  groups: [
    {
      name: 'smileys',
      emoji: [
        ['😄', 'grinning face with smiling eyes', ['smile'], ['happy', 'laugh']],
        ['😃', 'grinning face with big eyes', ['smiley'], ['happy']],
        ['🙃', 'upside-down face', ['upside_down_face'], ['silly']],
      ],
    },
    {
      name: 'people',
      emoji: [
        ['👍', 'thumbs up', ['+1', 'thumbsup'], ['yes'], ['👍🏻', '👍🏼', '👍🏽', '👍🏾', '👍🏿']],
        ['😸', 'grinning cat with smiling eyes', ['smile_cat'], ['happy']],
      ],
    },
  ],
});
const find = (query: string) => findEmoji(groups, query, 10).map(({ char }) => char);

describe('emoji', () => {
  beforeEach(useMemory);

  test('are found by short name, the exact and the shorter ones first', () => {
    assert.deepEqual(find('smile'), ['😄', '😃', '😸']);
    assert.deepEqual(find(':+1:'), ['👍']);
    assert.deepEqual(find('down'), ['🙃']);
  });

  test('are found by name and by what they are about', () => {
    assert.deepEqual(find('thumbs up'), ['👍']);
    assert.deepEqual(find('happy'), ['😄', '😃', '😸']);
    assert.deepEqual(find('nothing like it'), []);
  });

  test('have the tone that was chosen, where they have tones', () => {
    const [smile, thumb] = [groups[0]?.emoji[0], groups[1]?.emoji[0]];
    assert.ok(smile && thumb);
    assert.equal(chosenTone(), 0);
    chooseTone(5);
    assert.deepEqual([toned(thumb, chosenTone()), toned(smile, chosenTone())], ['👍🏿', '😄']);
    chooseTone(0);
    assert.equal(toned(thumb, chosenTone()), '👍');
  });

  test('that were used last come first, each once', () => {
    for (const one of ['😄', '👍', '😄']) useEmoji(one);
    assert.deepEqual(recentEmoji(), ['😄', '👍']);
    for (let i = 0; i < 40; i++) useEmoji(`${i}`);
    assert.equal(recentEmoji().length, 16);
  });
});
