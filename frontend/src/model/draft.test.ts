import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { Draft } from './draft';
import { setUp } from './testing/chat-world';
import { useMemory } from './testing/memory';
import { entry } from './testing/world';

const tab = () => new Draft(1, 7);
/** What a page finds that is opened now. */
const kept = () => tab().text.value;

describe('a draft in two tabs', () => {
  beforeEach(useMemory);

  test('is not removed by a tab that erases its own', () => {
    const [one, two] = [tab(), tab()];
    two.set('x');
    one.set('half a sentence');
    two.set('');
    assert.equal(kept(), 'half a sentence');
    one.set('');
    assert.equal(kept(), '');
  });

  test('is removed by the tab that found and sent it', () => {
    const one = tab();
    one.set('hello');
    const two = tab();
    two.set('');
    assert.equal(kept(), '');
  });

  test('is kept again by the tab in which it was written', () => {
    const [one, two] = [tab(), tab()];
    one.set('half a sentence');
    two.set('x');
    two.set('');
    assert.equal(kept(), '');
    one.keep();
    assert.equal(kept(), 'half a sentence');
  });

  test('stands behind that of the other tab, each once, however often it is kept', () => {
    const [one, two] = [tab(), tab()];
    one.set('no');
    two.set('nobody knows');
    one.keep();
    two.keep();
    one.keep();
    assert.equal(kept(), 'nobody knows\n\nno');
    assert.equal(one.text.value, 'nobody knows\n\nno');
  });

  test('does not come back by a tab that had only found it', () => {
    tab().set('hello');
    const [one, two] = [tab(), tab()];
    two.set('');
    one.keep();
    assert.deepEqual([kept(), one.text.value], ['', '']);
  });

  test('goes on in the tab in which it is longer', () => {
    tab().set('half');
    const [one, two] = [tab(), tab()];
    two.set('x');
    two.set('');
    one.set('half a sentence');
    two.keep();
    one.keep();
    assert.deepEqual([kept(), one.text.value], ['half a sentence', 'half a sentence']);
  });

  test('that was gone on with is there once, though the other tab put back what both had found', () => {
    tab().set('half a sentence');
    const [one, two] = [tab(), tab()];
    one.set('half a sentence, and more');
    two.set('half a sentencez');
    two.set('half a sentence');
    one.keep();
    assert.deepEqual([kept(), one.text.value], ['half a sentence, and more', 'half a sentence, and more']);
    one.keep();
    assert.equal(kept(), 'half a sentence, and more');
  });

  test('is discarded whoever wrote it', () => {
    const one = tab();
    tab().set('hello');
    one.discard();
    assert.equal(kept(), '');
  });
});

describe('the draft of a room', () => {
  beforeEach(useMemory);

  /** Another tab writes and erases in the same place. */
  const elsewhere = () => {
    const other = tab();
    other.set('x');
    other.set('');
    assert.equal(kept(), '');
  };

  test('is kept when the right to write is lost', () => {
    const { chat, room } = setUp();
    room.writing.write('half a sentence');
    elsewhere();
    room.writing.permit(false);
    assert.equal(kept(), 'half a sentence');
    chat.stop();
  });

  test('is kept when the room is taken away, the chat ends, or the page is left', () => {
    for (const end of ['remove', 'stop', 'leave'] as const) {
      const { chat, room } = setUp();
      room.writing.setDraft('');
      room.writing.write('half a sentence');
      elsewhere();
      if (end === 'remove') chat.remove(7);
      if (end === 'stop') chat.stop();
      if (end === 'leave') chat.keepDrafts();
      assert.equal(kept(), 'half a sentence', end);
      if (end === 'remove') assert.equal(chat.add(entry(7)).writing.draft.value, 'half a sentence');
      tab().discard();
      chat.stop();
      tab().discard();
    }
  });
});
