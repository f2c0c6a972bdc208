import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bodies, setUp } from './testing/chat-world';
import { settled } from './testing/world';

describe('the chat', () => {
  test('follows its own topic, the workspace and its rooms from where the overview stands', () => {
    const { cursors } = setUp();
    assert.deepEqual(cursors, { workspace: [1, 0], 'user:1': [1, 0], 'room:7': [1, 3] });
  });

  test('shows what others write, once, in order', async () => {
    const { chat, arrives } = setUp();
    chat.open(7);
    await settled();
    arrives({ body: 'a' });
    arrives({ body: 'b' });
    assert.deepEqual(bodies(chat).slice(-2), ['a', 'b']);
  });
});
