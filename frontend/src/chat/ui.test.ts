import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setUp } from '../model/testing/chat-world';
import { pickEmoji } from './emoji/pick';
import { popup } from './popup';
import { closeAll, dialog, dialogOpen } from './ui';

test('nothing of one person stands over the page of the next', async () => {
  const { chat, room } = setUp();
  dialog.value = { name: 'seen', room, number: 1 };
  popup.value = { name: 'room', room, at: 1, place: { x: 0, y: 0 }, opener: {} as HTMLElement };
  const picked = pickEmoji({} as HTMLElement);
  closeAll();
  assert.equal(await picked, null);
  assert.deepEqual([dialog.value, popup.value, dialogOpen()], [null, null, false]);
  chat.stop();
});
